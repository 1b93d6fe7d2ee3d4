"""The commands that keep a warehouse: each does what it says, and says what it did; what goes wrong is one sentence."""

import errno
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import flows.verify
from flows.advice import ADVICE
from flows.cli import EXAMPLES, app, main
from tests.conftest import Corpus, open_threads

Article = Callable[..., str]
Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def landed(corpus: Corpus, make_article: Article) -> Corpus:
    article = make_article(1)
    corpus.land({"a.md": f"# The bridge\n\n{article}", "copy.txt": article, "empty.txt": ""})
    return corpus


@pytest.fixture
def run(landed: Corpus, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Command:
    """Runs a command in this process: its exit status, stdout and stderr."""
    monkeypatch.setenv("CORPUS_SEEDS", str(landed.seeds))
    monkeypatch.setenv("CORPUS_WAREHOUSE", str(landed.warehouse))
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.setattr(flows.verify, "open_engine", open_threads)
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)

    def run_command(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["corpus", *arguments])
        status = main()
        out, err = capsys.readouterr()
        return status, out.strip(), err.strip()

    return run_command


def test_a_corpus_that_holds_is_verified_with_exit_status_0(run: Command) -> None:
    status, out, _ = run("verify")
    assert (status, out) == (0, "verified: what 3 files give is what the tables hold")


def test_the_warehouse_remembers_the_folder_that_it_follows(
    run: Command, landed: Corpus, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("CORPUS_SEEDS")
    (tmp_path / "elsewhere" / "seeds").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "elsewhere")
    status, out, _ = run("verify")
    assert (status, out) == (0, "verified: what 3 files give is what the tables hold")
    for command in (("run", "--plain"), ("retry", "--plain")):
        assert run(*command)[0] == 0
        assert run("sql", "SELECT count(*) FROM files", "--format", "csv")[1].endswith("\n3")
    status, _, err = run("verify", "seeds")
    assert status == 1
    assert "no file of the corpus, which has 3, is below" in err


def test_a_manifest_that_is_not_whole_is_told_by_whatever_reads_it(
    run: Command, landed: Corpus, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("CORPUS_SEEDS")
    monkeypatch.chdir(tmp_path)
    manifest = landed.warehouse / "snapshots" / "000001.json"
    manifest.write_bytes(manifest.read_bytes()[:100])
    for command in (("run", "--plain"), ("verify",), ("tidy",), ("status",), ("forget", "a.md", "--reason", "x")):
        status, _, err = run(*command)
        assert status == 1
        assert "the manifest of snapshot 1 cannot be read" in err


def test_a_corpus_that_does_not_hold_fails_and_says_what(run: Command, landed: Corpus) -> None:
    [path] = (landed.warehouse / "tables" / "duplicates").glob("*.parquet")
    content = path.read_bytes()
    path.write_bytes(content[:4] + bytes(4) + content[8:])
    status, out, err = run("verify")
    assert status == 1
    assert out == "not verified: files_of_snapshots_are_whole did not hold"
    assert path.name in err


def test_tidying_says_what_it_did(run: Command) -> None:
    status, out, _ = run("tidy", "--keep-days", "0")
    assert (status, out) == (0, "0 small files compacted; 0 snapshots expired; 0 files removed (0.0 MB)")


def test_an_export_prints_its_path(run: Command, tmp_path: Path) -> None:
    status, out, _ = run("export", str(tmp_path / "out"), "--format", "jsonl")
    assert (status, out) == (0, str(tmp_path / "out" / "documents.jsonl"))
    assert json.loads(Path(out).read_text("utf-8"))["uri"] == "a.md"


def test_forgetting_names_what_goes_and_the_copies_that_stay(run: Command, landed: Corpus) -> None:
    [(doc_id,)] = landed.ask("FROM documents SELECT doc_id")
    status, out, err = run("forget", doc_id[:10], "--reason", "she asked", "--yes")
    assert (status, out) == (0, "1 document forgotten")
    assert "a.md, record 0: The bridge" in err
    assert "1 copy of it stays: --with-copies takes it too" in err
    assert landed.ask("FROM documents SELECT uri") == [("copy.txt",)]


def test_forgetting_asks_first_and_where_nobody_answers_it_does_nothing(run: Command, landed: Corpus) -> None:
    status, out, err = run("forget", "a.md", "--reason", "she asked")
    assert (status, out) == (2, "")
    assert "--yes goes on without asking" in err
    assert landed.ask("FROM documents SELECT uri") == [("a.md",)]


def test_forgetting_for_no_reason_is_wrong_usage_before_anything_is_told(run: Command) -> None:
    status, out, err = run("forget", "a.md", "--reason", " ", "--yes")
    assert (status, out) == (2, "")
    assert err.startswith("corpus: give the reason")


@pytest.mark.parametrize(("answer", "status"), [("y", 0), ("n", 1), ("", 1)])
def test_forgetting_does_as_it_is_answered(
    run: Command, landed: Corpus, monkeypatch: pytest.MonkeyPatch, answer: str, status: int
) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda *_: answer)
    assert run("forget", "a.md", "--reason", "she asked")[0] == status
    assert (landed.ask("FROM documents SELECT uri") == [("a.md",)]) == (status == 1)


def test_a_retry_takes_up_what_did_not_land(run: Command, landed: Corpus) -> None:
    status, _, _ = run("retry", "--plain", "--workers", "1")
    assert status == 0
    assert landed.ask("FROM changes SELECT uri, change") == [("empty.txt", "reprocessed")]
    status, _, err = run("retry", "nothing.txt", "--plain")
    assert status == 1
    assert err.endswith("there is no file nothing.txt to retry: give uris as `files` has them")


@pytest.mark.parametrize("number", sorted(ADVICE))
def test_what_the_system_refuses_is_told_with_what_to_do(
    run: Command, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def refuse(*_: Any) -> Any:
        raise OSError(number, "in the system's words", "/some/where")

    monkeypatch.setattr("flows.cli.tidy_warehouse", refuse)
    status, _, err = run("tidy")
    assert status == 1
    assert err == f"corpus: /some/where: {ADVICE[number]}"


def test_a_folder_that_cannot_be_written_is_told_by_name(run: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> Any:
        raise PermissionError(errno.EACCES, "Permission denied", "/srv/corpus")

    monkeypatch.setattr("flows.run.hold_lock", refuse)
    status, _, err = run("run", "--plain")
    assert status == 1
    assert "corpus: /srv/corpus: you may not read or write this: ask its owner, or name another folder" in err


def test_examples_are_of_commands_that_take_them() -> None:
    for command, lines in EXAMPLES.items():
        for line in lines:
            assert line.startswith(f"corpus {command}")
            arguments = line.partition(" > ")[0]
            app.parse_args(arguments.removeprefix("corpus "), exit_on_error=False, print_error=False)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_can_complete_every_command(shell: Any) -> None:
    script = app.generate_completion(shell=shell)
    assert all(name in script for name in app if not name.startswith("-"))
