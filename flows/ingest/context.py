"""What is known of a file besides its content: from source.toml, its sidecar, its name and its folder."""

import json
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from flows.describe.choose import clean_source
from flows.ingest.find import NAME_KEYS, SIDECAR_SUFFIX, Found
from flows.ingest.formats.fields import claims_of
from flows.ingest.objects import parse_object
from flows.model import Claim
from flows.recognise.addresses import claims_of_file_name


@dataclass(frozen=True, slots=True)
class Context:
    """Claims and metadata for each document of a file; and what is wrong with the sidecar, if anything."""

    claims: tuple[Claim, ...] = ()
    metadata: dict[str, Any] = field(default_factory=dict)
    problem: str | None = None


def read_context(found: Found, sidecar: bytes) -> Context:
    """The context of a file; `sidecar` are the bytes of its sidecar, empty when there is none."""
    claims: list[Claim] = []
    metadata: dict[str, Any] = {}
    problem = None
    told: dict[str, Any] = json.loads(found.folder)
    names = [key for key in NAME_KEYS if isinstance(told.get(key), str)]
    claims += (Claim("source", told[key], "source.toml") for key in names)
    key, name = next(((key, name) for key in names if (name := clean_source(told[key]))), ("", None))
    if name and name == " ".join(told[key].split()):
        del told[key]  # the column tells it; not so the other, and a name that is none
    if told:
        metadata["source.toml"] = told
    if sidecar:
        try:
            fields = parse_object(sidecar)
        except ValueError as error:
            problem = f"its sidecar {PurePosixPath(found.uri).name}{SIDECAR_SUFFIX} is left aside: {error}"
        else:
            made, rest = claims_of(fields, "sidecar")
            claims += made
            metadata |= {"sidecar": rest} if rest else {}
    claims += claims_of_file_name(found.uri)
    folder = PurePosixPath(found.uri).parent.name
    claims += [Claim("source", folder, "folder")] if folder else []
    return Context(tuple(claims), metadata, problem)
