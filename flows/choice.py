"""Which settings a command runs with, and over which folders: as given, else as the warehouse remembers."""

from pathlib import Path
from typing import Any

from flows.ingest.find import find_problem
from flows.settings import Settings
from warehouse.connect import UsageError, locate
from warehouse.manifest import read_manifest


def choose_settings(seeds: str | None, settings: Settings | None) -> Settings:
    """The settings as given, with these seeds, else with those that the warehouse follows.

    UsageError when they name as a folder what is none.
    """
    chosen = settings or Settings()
    if seeds is None and "seeds" not in chosen.model_fields_set:
        seeds = _recall_seeds(chosen)
    if seeds is not None:
        chosen = change_settings(chosen, seeds=seeds)
    _require_folders(chosen)
    return chosen


def change_settings(settings: Settings, **values: Any) -> Settings:
    """The settings with other values; what was not set still is not."""
    return Settings(**{**settings.model_dump(exclude_unset=True), **values})


def _recall_seeds(settings: Settings) -> str | None:
    """The folder of raw files that the warehouse followed last, while it is there. ValueError for a damaged one."""
    manifest = read_manifest(locate(settings.warehouse))
    seeds = str(manifest.settings["seeds"]) if manifest else None
    return seeds if seeds and Path(seeds).is_dir() else None


def _require_folders(settings: Settings) -> None:
    """UsageError when the settings name as a folder what is none, before anything starts or is made."""
    try:
        warehouse, seeds = settings.warehouse_path, settings.seeds_path
    except ValueError as error:
        raise UsageError(str(error)) from error
    if (problem := find_problem(seeds)) is not None:
        raise UsageError(problem)
    if warehouse.exists() and not warehouse.is_dir():
        raise UsageError(f"the warehouse {warehouse} is a file: name a folder, which is made where there is none")
