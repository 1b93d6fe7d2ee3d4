"""Objects of JSON and TOML that tell of documents, read such that whatever they hold can be written as JSON again."""

import json
import math
import tomllib
from typing import Any, Final, NoReturn

MOST_NESTED: Final = 500
"""Lists and objects in one another. Python's readers stop at some more, its writers earlier than its readers."""
_TOO_DEEP: Final = f"nested too deep: more than {MOST_NESTED} lists and objects stand in one another"


def parse_object(source: bytes) -> dict[str, Any]:
    """The fields of a JSON object; repeated ones are kept. Raises ValueError, which says what is wrong and where.

    Stricter than Python's own reader: NaN, infinities and halves of surrogate pairs are not JSON. A number that no
    reader holds, of many thousand digits or beyond a double's range, stays as it is written.
    """
    text = decode_utf8(source)
    fields = _parse_json(text)
    if not isinstance(fields, dict):
        raise ValueError(f"a JSON {name_type(fields)} where an object should stand")
    if text.count("[") + text.count("{") > MOST_NESTED and _is_nested_too_deep(fields):
        raise ValueError(_TOO_DEEP)
    if "\\ud" in text.lower():
        _refuse_lone_surrogates(fields)
    return fields


def parse_toml(source: str) -> dict[str, Any]:
    """The fields of TOML as JSON has them: dates are text, and so is a number beyond a double's range, or none.

    Raises ValueError, which says what is wrong.
    """
    try:
        told = tomllib.loads(source, parse_float=_read_number)
        if _is_nested_too_deep(told):
            raise RecursionError
        fields: dict[str, Any] = json.loads(json.dumps(told, default=str))
    except RecursionError as error:
        raise ValueError(_TOO_DEEP) from error
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"not TOML ({error})") from error
    except ValueError as error:  # Python's own words for it name a function of Python's
        raise ValueError("a whole number of thousands of digits: put it in quotes") from error
    return fields


def is_object(text: str) -> bool:
    """Whether a text is a JSON object."""
    try:
        return isinstance(_parse_json(text), dict)
    except ValueError:
        return False


def name_type(value: Any) -> str:
    """What JSON calls the type of a value."""
    names = {dict: "object", list: "array", str: "string", bool: "boolean", type(None): "null"}
    return names.get(type(value), "number")


def decode_utf8(source: bytes) -> str:
    """The text, without a byte order mark. Raises ValueError with the first byte that is wrong."""
    try:
        return source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        place, byte = error.start + 1, error.object[error.start]
        raise ValueError(f"byte {place:,} is {byte:02x}, which is not UTF-8: convert it to UTF-8") from error


def _parse_json(text: str) -> Any:
    """The value of a text. Raises ValueError with the line, where there are several, and the column."""
    try:
        return _DECODER.decode(text)
    except json.JSONDecodeError as error:
        line = f"line {error.lineno:,}, " if "\n" in text else ""
        raise ValueError(f"{line}column {error.colno:,}: not JSON ({error.msg})") from error
    except RecursionError as error:
        raise ValueError(_TOO_DEEP) from error


def _is_nested_too_deep(fields: dict[str, Any]) -> bool:
    level: list[Any] = [fields]
    for _ in range(MOST_NESTED):
        parts = (part for each in level for part in (each.values() if isinstance(each, dict) else each))
        level = [part for part in parts if isinstance(part, list | dict)]
        if not level:
            return False
    return True


def _read_number(printed: str) -> float | str:
    """A number; what is none, and one beyond a double's range, stays as it is written: JSON has neither."""
    number = float(printed)
    return number if math.isfinite(number) else printed


def _read_whole_number(printed: str) -> int | str:
    """A whole number; one of more digits than Python reads or writes stays as it is written."""
    try:
        return int(printed)
    except ValueError:
        return printed


def _keep_pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose repeated keys are kept: the last value under the key, the earlier ones under "<key> (1)", …"""
    fields = dict(pairs)
    if len(fields) < len(pairs):
        earlier: dict[str, int] = {}
        last = {key: place for place, (key, _) in enumerate(pairs)}
        for place, (key, value) in enumerate(pairs):
            if place != last[key]:
                earlier[key] = earlier.get(key, 0) + 1
                fields[f"{key} ({earlier[key]})"] = value
    return fields


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _refuse_lone_surrogates(fields: dict[str, Any]) -> None:
    try:
        json.dumps(fields, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        surrogate = ord(error.object[error.start])
        raise ValueError(f"half a surrogate pair (\\u{surrogate:04x}), which is no character") from error


_DECODER = json.JSONDecoder(
    parse_constant=_refuse_constant,
    parse_float=_read_number,
    parse_int=_read_whole_number,
    object_pairs_hook=_keep_pairs,
)
