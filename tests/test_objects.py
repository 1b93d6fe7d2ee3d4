"""Objects of JSON and TOML are read such that they can be written, and what is wrong with one is told in words."""

import json

import pytest

from flows.ingest.objects import MOST_NESTED, parse_object, parse_toml

DIGITS = "1" + "0" * 5000
TOO_DEEP = r"^nested too deep: more than 500 lists and objects"


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (b"[1]", "^a JSON array where an object should stand$"),
        (b'{"a": NaN}', "^NaN is not JSON$"),
        (b'{"a": "\\ud800"}', "^half a surrogate pair"),
        (b"{", r"^column 2: not JSON \("),
        (b'{"a": 1,\n "b": }', r"^line 2, column 7: not JSON \("),
        (b'{"a": "caf\xe9"}', "^byte 11 is e9, which is not UTF-8: convert it to UTF-8$"),
        (b'{"a": ' + b"[" * MOST_NESTED + b"]" * MOST_NESTED + b"}", TOO_DEEP),
        (b'{"a": ' + b"[" * 100_000, TOO_DEEP),
    ],
)
def test_what_is_wrong_with_json_is_told_with_its_place(source: bytes, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse_object(source)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("a = ", r"^not TOML \(.*at end of document"),
        (f"a = {DIGITS}", "^a whole number of thousands of digits: put it in quotes$"),
        (f"a = 0x{'f' * 5000}", "^a whole number of thousands of digits: put it in quotes$"),
        (f"{'a.' * 900}a = 1", TOO_DEEP),
        (f"a = {'[' * 2000}{']' * 2000}", TOO_DEEP),
    ],
)
def test_what_is_wrong_with_toml_is_told(source: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse_toml(source)


def test_what_is_read_can_be_written_whatever_its_numbers_and_dates_are() -> None:
    deepest = b"[" * (MOST_NESTED - 1) + b"]" * (MOST_NESTED - 1)
    fields = parse_object(f'{{"a": {DIGITS}, "b": -1e999, "c": [1, null], "a": 2}}'.encode())
    assert fields == {"a": 2, "a (1)": DIGITS, "b": "-1e999", "c": [1, None]}
    tables = parse_toml("a = nan\nb = 2024-05-06\nc = [1e999, 1.5]\n[d]\ne = 07:00:00")
    assert tables == {"a": "nan", "b": "2024-05-06", "c": ["1e999", 1.5], "d": {"e": "07:00:00"}}
    for told in (fields, tables, parse_object(b'{"a": ' + deepest + b"}")):
        assert json.loads(json.dumps(told, allow_nan=False)) == told
