"""Users' names and passwords in addresses: no row may have them."""

import re
from typing import Final

_NO_USER: Final = r"(?!(?i:mailto|e-?mail|mail|sips?|xmpp|acct|im):)"
"""What stands before the address of a person, not before that of a page."""
_USER: Final = r"[^\s:/?#@\"'()<>\[\]{},;]+:[^\s/?#]+@"
_BEHIND_SCHEME: Final = re.compile(r"(?<=//)[^/?#\s]*@(?=[\w\[])")
_BEFORE_PATH: Final = re.compile(
    rf"(?<![^\s\"'()<>\[\]{{}},;=]){_NO_USER}{_USER}(?=[\w-]+(?:\.[\w-]+)+(?::\d+)?/|[\w.-]+:\d)"
)
"""Without a scheme, an address is told by its path or port: 'Desk:ann@example.org' is a person's."""
_ALONE: Final = re.compile(rf"^\s*{_NO_USER}{_USER}(?=\S+\s*$)")


def hide_credentials(text: str, is_address: bool = False) -> str:
    """The text, addresses in it without a user's name and password. `is_address`: it is one, if it looks like one."""
    if "@" not in text:
        return text
    text = _BEFORE_PATH.sub("", _BEHIND_SCHEME.sub("", text))
    return _ALONE.sub("", text) if is_address else text
