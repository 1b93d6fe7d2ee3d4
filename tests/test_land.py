"""What is written aside takes its place whole or not at all, whoever else writes there."""

import os
from pathlib import Path

import pytest

from warehouse.land import draft_of


def test_two_writers_of_one_file_do_not_mix(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    with draft_of(path) as one:
        one.write_text("one")
        with draft_of(path) as other:
            other.write_text("other")
        assert path.read_text() == "other"
    assert path.read_text() == "one"
    assert list(tmp_path.iterdir()) == [path]


def test_a_draft_goes_where_writing_fails(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text("before")
    with pytest.raises(OSError, match="full"), draft_of(path) as draft:
        draft.write_text("half")
        raise OSError("the disk is full")
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_stays_and_its_file_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "served").mkdir()
    link = tmp_path / "page.html"
    link.symlink_to("served/page.html")
    for text in ("first", "second"):  # the link is to nothing at first
        with draft_of(link) as draft:
            draft.write_text(text)
        assert link.is_symlink()
        assert (tmp_path / "served" / "page.html").read_text() == text


def test_what_is_no_file_is_not_replaced_by_one(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with draft_of(pipe) as draft:
        assert draft == pipe
    assert pipe.is_fifo()
