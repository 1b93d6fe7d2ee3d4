"""Every setting, once. The flow's parameters, the command line and prefect.yaml are read off this model."""

from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import Parameter
from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

Policy = Literal["most_complete", "earliest", "longest", "preferred_source"]

FAILED = "failed"
"""In `retry`, every file that did not land, or not wholly."""

SHAPES_ROWS = {"shapes_rows": True}
"""Marks a setting that changes what rows come out: it is part of the recipe."""


@Parameter(name="*")
class Settings(BaseSettings):
    """How a run goes. Each is also read from the environment, as CORPUS_ and its name in capitals."""

    model_config = SettingsConfigDict(env_prefix="CORPUS_", extra="forbid", frozen=True, validate_default=True)

    seeds: Annotated[str, Field(min_length=1, description="Folder of the raw files.")] = "seeds"
    warehouse: Annotated[str, Field(min_length=1, description="Folder of the tables.")] = "warehouse/landed"
    engine: Annotated[
        str,
        Field(
            pattern=r"^(local|(tcp|tls|ucx|ws|wss)://.+)$",
            description="Where batches run: 'local' processes, or the tcp://… address of a Dask scheduler.",
        ),
    ] = "local"
    workers: Annotated[int, Field(ge=0, le=1024, description="Batches at the same time; 0 for all the cores.")] = 0
    full: Annotated[bool, Field(description="Read and process every file again, changed or not.")] = False
    dry_run: Annotated[bool, Field(description="List and plan, and say what would be done; write nothing.")] = False
    retry: Annotated[
        tuple[str, ...],
        Field(
            description="Files to process again though they are as they were, by uri; "
            f"'{FAILED}' for all that did not land, or not wholly."
        ),
    ] = ()
    batch_mb: Annotated[int, Field(ge=1, le=1024, description="Raw megabytes that one worker takes at a time.")] = 32
    retries: Annotated[
        int, Field(ge=0, le=20, description="Further tries of a batch whose input or output failed for a while.")
    ] = 3
    max_file_mb: Annotated[
        int,
        Field(
            ge=1,
            le=65536,
            description="A file (or what it unpacks to) above so many megabytes is left out as 'too_large'.",
            json_schema_extra=SHAPES_ROWS,
        ),
    ] = 256
    wording_threshold: Annotated[
        float,
        Field(
            gt=0,
            le=1,
            description="A line that no rule names is removed where the wording classifier scores it so high, whatever "
            "stands around it; 1 for none. At the default it took 0.1 to 0.6 % of the content of labelled pages.",
            json_schema_extra=SHAPES_ROWS,
        ),
    ] = 0.7
    line_noise_threshold: Annotated[
        float,
        Field(
            gt=0,
            le=1,
            description="In prose without markup, lines that no rule names are removed where the line classifier, "
            "which sees the lines around, scores them so high; 1 for none. At 0.87 it took under 1 % of the content of "
            "labelled pages, at the default under 0.2 %.",
            json_schema_extra=SHAPES_ROWS,
        ),
    ] = 0.95
    template_documents: Annotated[
        int,
        Field(
            ge=2,
            description="A paragraph is a source's template from so many of its documents on.",
            json_schema_extra=SHAPES_ROWS,
        ),
    ] = 10
    template_share: Annotated[
        float,
        Field(
            gt=0,
            le=1,
            description="And only where such a share of the source's documents has it.",
            json_schema_extra=SHAPES_ROWS,
        ),
    ] = 0.3
    largest_removed_share: Annotated[
        float,
        Field(
            gt=0,
            le=1,
            description="A document keeps its text where rules would remove more than this share of it.",
            json_schema_extra=SHAPES_ROWS,
        ),
    ] = 0.75
    largest_removed_jump: Annotated[
        float,
        Field(
            gt=0,
            le=1,
            description="The run fails where the share of its text that is removed from a source's new documents "
            "exceeds by more than this what it was in the snapshot before; 1 for never.",
        ),
    ] = 0.25
    near_duplicates: Annotated[
        Literal["none", "copies", "reprints", "versions", "fineweb"],
        Field(
            description="What goes as a copy beside exact ones: 'copies' (the same text, a few words aside), "
            "'reprints' (these, and texts that are in another nearly whole), 'versions' (and reworded ones); "
            "'fineweb' does as FineWeb does, which takes forms that were filled in again for copies."
        ),
    ] = "reprints"
    keep: Annotated[
        Policy, Field(description="Which of several copies is kept: what is asked first; then the other policies.")
    ] = "most_complete"
    preferred_sources: Annotated[
        tuple[str, ...], Field(description="For --keep preferred_source: sources, the best first.")
    ] = ()
    dedupe_memory_mb: Annotated[
        int, Field(ge=256, description="Megabytes that finding copies may hold; the rest waits on the disk.")
    ] = 2048
    disabled_rules: Annotated[
        tuple[str, ...],
        Field(description="Cleaning rules that are not applied, by name.", json_schema_extra=SHAPES_ROWS),
    ] = ()

    @field_validator("disabled_rules")
    @classmethod
    def _require_rules(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if names:
            from flows.clean.rulebook import list_rules

            known = {rule.name for rule in list_rules()}
            for name in names:
                if name not in known:
                    near = get_close_matches(name, known, 1)
                    hint = f"; is it {near[0]!r}?" if near else ""
                    raise ValueError(f"there is no rule {name!r}: `corpus rules` lists them{hint}")
        return names

    @property
    def warehouse_path(self) -> Path:
        """The warehouse as a local path: ValueError for an object store, which it cannot be yet."""
        return local_path(self.warehouse, "the warehouse")

    @property
    def seeds_path(self) -> Path:
        """The seeds as a local path: ValueError for an object store, which they cannot be yet."""
        return local_path(self.seeds, "the seeds")

    def deciding(self) -> dict[str, Any]:
        """The settings that decide which documents are kept, and no row of a document."""
        return self.model_dump(mode="json", include={"near_duplicates", "keep", "preferred_sources"})

    def shaping(self) -> dict[str, Any]:
        """The settings that are part of the recipe."""
        extras = {name: field.json_schema_extra for name, field in type(self).model_fields.items()}
        return {name: getattr(self, name) for name, extra in extras.items() if extra == SHAPES_ROWS}


def local_path(address: str, what: str) -> Path:
    """The path that an address names: ValueError when it names something that is not a local folder."""
    scheme, separator, rest = address.partition("://")
    if separator and scheme != "file":
        raise ValueError(f"{what} cannot be at {scheme}:// yet: give a folder of this machine")
    return Path(rest if separator else address).expanduser().resolve()
