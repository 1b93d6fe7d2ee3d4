"""How large the database of the Prefect server becomes in a year of runs.

A simulated month is some runs, and then everything in the database becomes 30 days older; the server's own vacuum does
the rest. `python -m tests.benchmarks.server_growth [--months 12] [--runs 10]` prints the rows and bytes month by month,
and what a month of hourly runs takes at that rate.
"""

import argparse
import sqlite3
import tempfile
import time
from contextlib import closing
from pathlib import Path

import flows.run
from flows.corpus import corpus_etl, use_server
from flows.server import KEPT
from flows.settings import Settings
from tests.conftest import open_threads
from tests.servers import open_server

TABLES = ("flow_run", "task_run", "flow_run_state", "task_run_state", "artifact", "log", "events", "event_resources")
HOURS = int(KEPT.total_seconds() // 3600)
VACUUM_SECONDS = 3


def measure_growth(folder: Path, months: int, runs: int) -> None:
    """Prints what is in the database after each month."""
    with open_server(folder, PREFECT_SERVER_SERVICES_DB_VACUUM_LOOP_SECONDS=str(VACUUM_SECONDS)) as address:
        print(f"month  MB used  {'  '.join(TABLES)}")
        for month in range(months):
            use_up_month(folder, address, month, runs)
            used, rows = measure(folder / "prefect.db")
            counts = "  ".join(f"{count:{len(table)},}" for table, count in zip(TABLES, rows, strict=True))
            print(f"{month + 1:5}  {used / 1e6:7.2f}  {counts}", flush=True)
            if month == 0:
                first = used
            make_older(folder / "prefect.db")
            time.sleep(4 * VACUUM_SECONDS)
        empty, _ = measure(folder / "prefect.db")
        a_run = (first - empty) / runs
        print(f"{a_run / 1e3:.0f} kB a run: {a_run * HOURS / 1e6:.0f} MB for the {HOURS} hourly runs that are kept")


def use_up_month(folder: Path, address: str, month: int, runs: int) -> None:
    """Some runs, each with a file that is new."""
    seeds = folder / "seeds"
    seeds.mkdir(exist_ok=True)
    settings = Settings(seeds=str(seeds), warehouse=str(folder / "landed"), workers=1)
    for number in range(runs):
        (seeds / f"{month}-{number}.txt").write_text(f"On day {number} of month {month} a fair was held.\n" * 9)
        with use_server(address):
            corpus_etl(settings, return_state=True)
    time.sleep(2 * VACUUM_SECONDS)  # task runs and events are written behind


def measure(database: Path) -> tuple[int, list[int]]:
    """Bytes in use, and the rows of each table."""
    with closing(sqlite3.connect(database, timeout=60)) as connection:
        [(pages,)], [(free,)], [(size,)] = (
            connection.execute(f"PRAGMA {name}").fetchall() for name in ("page_count", "freelist_count", "page_size")
        )
        return (pages - free) * size, [
            connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in TABLES
        ]


def make_older(database: Path) -> None:
    """Moves every time in the database back by as long as flow runs are kept."""
    days = f"-{KEPT.days} days"
    with closing(sqlite3.connect(database, timeout=60)) as connection, connection:
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
        for (table,) in names.fetchall():
            for _, column, kind, *_ in connection.execute(f'PRAGMA table_info("{table}")').fetchall():
                if kind in ("DATETIME", "TIMESTAMP"):
                    older = f"strftime('%Y-%m-%d %H:%M:%f000', \"{column}\", '{days}')"
                    connection.execute(f'UPDATE OR IGNORE "{table}" SET "{column}" = {older} WHERE "{column}" NOTNULL')


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--months", type=int, default=12)
    parser.add_argument("--runs", type=int, default=10, help="in each month")
    arguments = parser.parse_args()
    vars(flows.run)["open_engine"] = open_threads  # worker processes cost time, and nothing in the database
    with tempfile.TemporaryDirectory() as temporary:
        measure_growth(Path(temporary), arguments.months, arguments.runs)
