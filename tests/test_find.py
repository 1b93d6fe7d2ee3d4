"""Every file below the root is found, and what cannot be read is stated."""

import json
import os
import socket
import subprocess
from datetime import datetime
from pathlib import Path
from typing import NoReturn

import pytest

from flows.ingest.find import Found, find_files, read_time


def write(path: Path, text: str = "text") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def find(root: Path) -> dict[str, Found]:
    return {found.uri: found for found in find_files(root)}


def test_files_are_found_in_every_folder_sorted_by_uri(tmp_path: Path) -> None:
    for name in ("b/two.txt", "a.txt", "b/c/three.txt"):
        write(tmp_path / name)
    assert [found.uri for found in find_files(tmp_path)] == ["a.txt", "b/c/three.txt", "b/two.txt"]


def test_a_link_out_of_the_root_is_refused(tmp_path: Path) -> None:
    secret = write(tmp_path / "outside" / "secret.txt")
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "link.txt").symlink_to(secret)
    (tmp_path / "seeds" / "folder").symlink_to(secret.parent)
    found = find(tmp_path / "seeds")
    assert {each.status for each in found.values()} == {"unsupported"}
    assert all("out of the folder" in (each.reason or "") for each in found.values())


def test_a_root_whose_name_begins_like_another_does_not_let_its_links_out(tmp_path: Path) -> None:
    outside = write(tmp_path / "seeds-private" / "secret.txt")
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "link.txt").symlink_to(outside)
    assert find(tmp_path / "seeds")["link.txt"].status == "unsupported"


def test_a_link_within_the_root_is_a_file_of_its_own(tmp_path: Path) -> None:
    write(tmp_path / "a.txt")
    (tmp_path / "b.txt").symlink_to(tmp_path / "a.txt")
    assert find(tmp_path)["b.txt"].status is None


def test_links_to_themselves_to_nothing_and_to_folders_are_stated(tmp_path: Path) -> None:
    write(tmp_path / "folder" / "a.txt")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "nothing").symlink_to(tmp_path / "missing")
    (tmp_path / "folder" / "up").symlink_to(tmp_path)
    (tmp_path / "again").symlink_to(tmp_path / "folder")
    found = find(tmp_path)
    assert found["folder/a.txt"].status is None
    assert [uri for uri, each in found.items() if each.status == "unsupported"] == [
        "again",
        "folder/up",
        "loop",
        "nothing",
    ]


def test_a_socket_is_stated_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # a socket's path is limited to some hundred bytes
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket")
        os.mkfifo("pipe")
        found = find(tmp_path)
    assert found["socket"].status == found["pipe"].status == "unsupported"


def test_hidden_files_and_folders_are_stated_once(tmp_path: Path) -> None:
    write(tmp_path / ".git" / "config")
    write(tmp_path / ".hidden.txt")
    assert {uri: each.status for uri, each in find(tmp_path).items()} == {
        ".git": "unsupported",
        ".hidden.txt": "unsupported",
    }


def test_a_warehouse_among_the_raw_files_is_not_read(tmp_path: Path) -> None:
    write(tmp_path / "landed" / "snapshots" / "000001.json")
    [found] = find_files(tmp_path, tmp_path / "landed")
    assert (found.uri, found.status) == ("landed", "unsupported")


def test_source_toml_speaks_for_its_folder_and_those_below(tmp_path: Path) -> None:
    write(tmp_path / "source.toml", 'name = "Above"\nlicence = "CC0"')
    write(tmp_path / "paper" / "source.toml", 'name = "Paper"')
    write(tmp_path / "paper" / "a.txt")
    write(tmp_path / "b.txt")
    found = find(tmp_path)
    assert found["paper/a.txt"].folder == '{"licence": "CC0", "name": "Paper"}'
    assert found["b.txt"].folder == '{"licence": "CC0", "name": "Above"}'
    assert "source.toml" not in found


def test_a_name_that_is_no_text_is_stated_and_the_one_above_holds(tmp_path: Path) -> None:
    write(tmp_path / "source.toml", 'name = "Above"')
    write(tmp_path / "paper" / "source.toml", 'name = 7\nlicence = "CC0"')
    write(tmp_path / "paper" / "a.txt", "text")
    found = {each.uri: each for each in find_files(tmp_path)}
    assert found["paper/source.toml"].reason == "'name' is no text in quotes; the files beside it land without it"
    assert json.loads(found["paper/a.txt"].folder) == {"name": "Above", "licence": "CC0"}


def test_what_source_toml_tells_is_json_whatever_its_numbers_are(tmp_path: Path) -> None:
    write(tmp_path / "source.toml", "share = nan\nmost = inf\nweight = 0.5")
    write(tmp_path / "a.txt")

    def refuse(name: str) -> NoReturn:
        raise ValueError(f"{name} is not JSON")

    told = json.loads(find(tmp_path)["a.txt"].folder, parse_constant=refuse)
    assert told == {"share": "nan", "most": "inf", "weight": 0.5}


@pytest.mark.parametrize(
    "told",
    ["name = ", f"n = 1{'0' * 5000}", f"n = 0x{'f' * 5000}", f"n = {'[' * 2000}{']' * 2000}", f"{'n.' * 900}n = 1"],
)
def test_a_broken_source_toml_is_stated_and_its_folder_lands_without_it(tmp_path: Path, told: str) -> None:
    write(tmp_path / "source.toml", told)
    write(tmp_path / "a.txt")
    found = find(tmp_path)
    assert found["source.toml"].status == "unreadable"
    assert found["a.txt"].status is None


def test_a_sidecar_goes_with_its_file_and_is_stated_without_one(tmp_path: Path) -> None:
    write(tmp_path / "a.txt")
    sidecar = write(tmp_path / "a.txt.meta.json", "{}")
    write(tmp_path / "gone.txt.meta.json", "{}")
    found = find(tmp_path)
    assert found["a.txt"].sidecar == str(sidecar)
    assert found["gone.txt.meta.json"].status == "unsupported"
    assert "a.txt.meta.json" not in found


def test_a_name_that_is_not_utf8_has_a_uri(tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9.txt")
    write(tmp_path / name)
    assert list(find(tmp_path)) == ["caf\\xe9.txt"]


def test_a_file_that_just_changed_has_no_stamp_and_an_old_one_has(tmp_path: Path) -> None:
    write(tmp_path / "fresh.txt")
    assert find(tmp_path)["fresh.txt"].stamp is None


def test_a_missing_root_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NotADirectoryError, match="corpus run FOLDER"):
        find_files(tmp_path / "missing")


def test_a_time_that_no_calendar_holds_tells_nothing() -> None:
    assert read_time(0.0) == datetime(1970, 1, 1)
    assert read_time(2.0**60) is None


def test_folders_nested_deeper_than_python_recurses_are_read(tmp_path: Path) -> None:
    folder = tmp_path
    depth = 1500
    descriptor = os.open(tmp_path, os.O_RDONLY)
    for _ in range(depth):
        os.mkdir("d", dir_fd=descriptor)
        inner = os.open("d", os.O_RDONLY, dir_fd=descriptor)
        os.close(descriptor)
        descriptor = inner
    os.close(os.open("a.txt", os.O_CREAT | os.O_WRONLY, dir_fd=descriptor))
    os.close(descriptor)
    assert list(find(folder)) == ["d/" * depth + "a.txt"]
    subprocess.run(["rm", "-r", folder / "d"], check=True)  # pytest removes folders by recursion
