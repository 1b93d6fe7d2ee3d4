"""DuckDB's own shell on the catalog: what `corpus shell` opens."""

import os
import shutil
import sys
from pathlib import Path

from warehouse.connect import CATALOG, connect, locate


def open_shell(warehouse: str | None, ui: bool) -> None:
    """Replaces this process by DuckDB's shell, reading only, or its UI. LookupError where it is not installed."""
    connect(warehouse).close()  # makes the catalog anew where it is out of date
    beside = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    program = shutil.which("duckdb", path=beside)
    if program is None:
        raise LookupError(
            "DuckDB's own shell is not installed: `pip install duckdb-cli` brings it; `corpus sql` asks without it"
        )
    sys.stdout.flush()
    os.execv(program, [program, "-readonly", *(["-ui"] if ui else []), str(locate(warehouse) / CATALOG)])
