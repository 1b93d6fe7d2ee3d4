"""The command `corpus`. Results go to stdout, all else to stderr; exit status 0 done, 1 failed, 2 wrong usage."""

import io
import os
import re
import shlex
import shutil
import sys
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal

import cyclopts
import pydantic
from cyclopts import App, Parameter
from cyclopts.validators import Number
from rich.console import Console
from rich.markdown import Markdown
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.text import Text

from flows.advice import explain, is_expected, write_usage_error
from flows.choice import change_settings, choose_settings
from flows.report import QUERIES, Report, write_headline, write_summary
from flows.settings import FAILED, Settings
from warehouse import ask
from warehouse.connect import UsageError, locate
from warehouse.export import ExportFormat, export_documents
from warehouse.land import SnapshotKey
from warehouse.tidy import KEEP_DAYS, KEEP_SNAPSHOTS, tidy_warehouse
from warehouse.words import count_of

TELL = Console(stderr=True)
SHOW_TRACEBACK = "CORPUS_TRACEBACK"

MOST_LINES = 10
"""Of a table, its head counted, that a run prints: the whole is in `files_to_look_at`."""
app = App(
    name="corpus",
    help="From raw text files to Parquet tables that DuckDB queries. Whatever is left out is a row that says why.",
    help_on_error=False,
    error_console=TELL,
    default_parameter=Parameter(negative=()),
)
app.register_install_completion_command(help="Complete commands and options by Tab, in bash, zsh or fish.")
Warehouse = Annotated[str | None, Parameter(name="--warehouse", help="Folder of the tables; else CORPUS_WAREHOUSE.")]
Snapshot = Annotated[
    SnapshotKey | None,
    Parameter(name="--snapshot", help="One of the past: its number, or a day, for what there was at its end (UTC)."),
]
Format = Annotated[Literal["table", "csv", "json", "parquet"], Parameter(name="--format", help="How rows are printed.")]


@app.command
def run(seeds: str | None = None, /, *, settings: Settings | None = None, plain: bool = False) -> int:
    """Bring the warehouse up to date with the raw files.

    Parameters
    ----------
    seeds
        Folder of the raw files; when not given that of the run before, at first 'seeds'.
    plain
        Run without Prefect: the same functions, seconds sooner.
    """
    from flows.report.artifacts import DESCRIPTIONS

    chosen = choose_settings(seeds, settings)
    report = _run_plainly(chosen) if plain else _run_through_prefect(chosen)
    TELL.print(Markdown(write_summary(report)))
    for key in ("corpus-plan", "corpus-problems"):
        if told := report.artifacts.get(key):
            shown = told.splitlines()[:MOST_LINES]
            TELL.print(Markdown("\n".join([f"{DESCRIPTIONS[key]}:", "", *shown])))
    if report.run.outcome in ("published", "unchanged"):
        _propose_queries(chosen)
    print(write_headline(report))
    return 1 if report.failed else 0


@app.command
def retry(*uris: str, settings: Settings | None = None, plain: bool = False) -> int:
    """Give files that failed another try, whatever else is new beside them.

    Parameters
    ----------
    uris
        Files as `FROM files` names them; all that did not land, or not wholly, when none is given.
    plain
        Run without Prefect.
    """
    return run(settings=change_settings(settings or Settings(), retry=uris or (FAILED,)), plain=plain)


@app.command
def serve(
    seeds: str | None = None,
    /,
    *,
    settings: Settings | None = None,
    cron: Annotated[str, Parameter(env_var="CORPUS_CRON")] = "0 * * * *",
    notify: Annotated[str | None, Parameter(env_var="CORPUS_NOTIFY")] = None,
) -> None:
    """Run on a schedule, in the foreground, until interrupted; verify each night, tidy each week.

    Starts a Prefect server where none is configured or found running. A run that would overlap is skipped.

    Parameters
    ----------
    seeds
        Folder of the raw files; when not given that of the run before, at first 'seeds'.
    cron
        When to run, as cron says it, in UTC; every hour when not given.
    notify
        URL that is told of each run that fails, by a POST of JSON with a "text".
    """
    from flows.corpus import serve_corpus

    chosen = choose_settings(seeds, settings)
    serve_corpus(chosen, cron, notify, partial(TELL.print, markup=False, highlight=False, soft_wrap=True))


@app.command
def report(
    *,
    output: Path | None = None,
    open: bool = False,
    warehouse: Warehouse = None,
    snapshot: Snapshot = None,
) -> None:
    """Write the corpus as one HTML page with its pictures, and print the page's path.

    Parameters
    ----------
    output
        The page; report.html in the warehouse when not given.
    open
        Show it in the browser.
    """
    import webbrowser

    from flows.report.page import write_page

    page = write_page(warehouse, output, snapshot)
    if open:
        webbrowser.open(page.resolve().as_uri())
    print(page)


@app.command
def export(
    folder: Path,
    /,
    *,
    format: Annotated[ExportFormat, Parameter(name="--format", help="One file of it.")] = "parquet",
    warehouse: Warehouse = None,
    snapshot: Snapshot = None,
) -> None:
    """Write the kept documents as plain files, for whoever has no DuckDB.

    Parameters
    ----------
    folder
        Where: a folder of its own.
    """
    print(export_documents(folder, format, warehouse, snapshot))


@app.command
def forget(
    name: str,
    /,
    *,
    reason: str,
    record: int | None = None,
    with_copies: bool = False,
    yes: bool = False,
    warehouse: Warehouse = None,
) -> int:
    """Take a document or a file out of every snapshot, for good; later runs leave it out too.

    Parameters
    ----------
    name
        A doc_id, or enough of its first characters; or the uri of a file, which is taken out whole.
    reason
        Why: it is kept beside what was taken out.
    record
        With a uri: one record of the file.
    with_copies
        Its copies too, which would take its place otherwise.
    yes
        Do not ask.
    """
    from flows.forget import find_targets, require_reason, resume_forgetting
    from flows.forget import forget as forget_targets

    require_reason(reason)
    root = locate(warehouse)
    resume_forgetting(root)
    aim = find_targets(root, name, record)
    targets = [*aim.targets, *(aim.copies if with_copies else ())]
    TELL.print("This goes from every snapshot, and cannot be undone:", *map(str, targets), sep="\n  ", markup=False)
    if aim.copies and not with_copies:
        copies = count_of(len(aim.copies), "copy of it stays", "copies of it stay")
        TELL.print(f"{copies}: --with-copies takes {'it' if len(aim.copies) == 1 else 'them'} too.")
    if not yes and not _confirm():
        _tell("nothing was forgotten")
        return 1
    documents = forget_targets(root, targets, reason)
    TELL.print("The raw files are as they were, and so is what a Prefect server has kept of past runs.")
    print(f"{count_of(documents, 'document')} forgotten")
    return 0


@app.command
def verify(
    seeds: str | None = None,
    /,
    *,
    warehouse: Warehouse = None,
    share: Annotated[float, Parameter(validator=Number(gt=0, lte=1))] = 1.0,
    engine: str | None = None,
    workers: int | None = None,
) -> int:
    """Derive the tables again, from the raw files, and compare: exit status 1 where they differ.

    Parameters
    ----------
    seeds
        Folder of the raw files; when not given that of the run before, at first 'seeds'.
    share
        Of the raw files to derive again, another part each day; 1 for all.
    engine
        Where batches run: 'local' processes, or the tcp://… address of a Dask scheduler.
    workers
        Batches at the same time; 0 for all the cores.
    """
    from flows.supervise import Plainly
    from flows.verify import verify_corpus

    given: dict[str, Any] = {"warehouse": warehouse, "engine": engine, "workers": workers}
    settings = Settings(**{name: value for name, value in given.items() if value is not None})
    chosen = choose_settings(seeds, settings)
    with _open_progress() as progress:
        report = verify_corpus(chosen, Plainly(progress), share)
    TELL.print(Markdown(write_summary(report)))
    print(write_headline(report))
    return 1 if report.failed else 0


@app.command
def tidy(
    *,
    keep_days: Annotated[float, Parameter(validator=Number(gte=0))] = KEEP_DAYS,
    keep_snapshots: Annotated[int, Parameter(validator=Number(gte=1))] = KEEP_SNAPSHOTS,
    warehouse: Warehouse = None,
) -> None:
    """Expire old snapshots, remove the files that none needs, and compact small ones.

    Parameters
    ----------
    keep_days
        Snapshots younger than this are kept.
    keep_snapshots
        And so many of the newest, whatever their age.
    """
    print(tidy_warehouse(locate(warehouse), keep_days, keep_snapshots))


@app.command
def sql(query: str, /, *, warehouse: Warehouse = None, snapshot: Snapshot = None, format: Format = "table") -> None:
    """Ask the corpus in SQL, read-only.

    As in: corpus sql "FROM corpus_by_month" --format csv > months.csv. SHOW TABLES lists what there is, DESCRIBE
    documents its columns. It reads the corpus and no other file: for your own, `corpus shell`.

    Parameters
    ----------
    query
        One statement that reads, as in "FROM documents LIMIT 5".
    """
    ask.print_query(query, warehouse, snapshot, format)


@app.command
def search(
    words: str,
    /,
    *,
    limit: Annotated[int, Parameter(validator=Number(gte=1))] = 10,
    source: str | None = None,
    language: str | None = None,
    warehouse: Warehouse = None,
    snapshot: Snapshot = None,
    format: Format = "table",
) -> None:
    """Find documents by words, the best first by BM25, with the passage that has most of them.

    As in: corpus search "ferry quay", corpus search "econom* policy" --source gazette --format csv. Case and accents
    count for nothing, each word on its own; in SQL it is FROM search('ferry quay').

    Parameters
    ----------
    words
        What to look for; ferr* is any word that begins so.
    limit
        How many documents, at most.
    source
        Only of this source.
    language
        Only in this language, as in 'en'.
    """
    from warehouse.search import print_search

    print_search(words, warehouse, snapshot, limit, source, language, format)


@app.command
def shell(*, ui: bool = False, warehouse: Warehouse = None) -> None:
    """Open DuckDB's own shell on the corpus, read-only, where it is installed.

    Parameters
    ----------
    ui
        Open DuckDB's UI in the browser; it needs the internet.
    """
    from warehouse.shell import open_shell

    open_shell(warehouse, ui)


@app.command
def show(
    document: str,
    /,
    *,
    record: int | None = None,
    original: bool = False,
    warehouse: Warehouse = None,
    snapshot: Snapshot = None,
) -> None:
    """Show one document, its cuts marked with the rule that made them.

    Parameters
    ----------
    document
        Its doc_id, or enough of its first characters to tell it from others; or the uri of its file.
    record
        Which one, where the file has several: the number of the record, from 0.
    original
        Print the original, white space aside, as the edits undo to it.
    """
    from warehouse.show import show_document

    show_document(document, record, original, warehouse, snapshot)


@app.command
def status(*, warehouse: Warehouse = None, snapshot: Snapshot = None, format: Format = "table") -> None:
    """What is in the corpus, by source, and what was left out."""
    ask.print_status(warehouse, snapshot, format)


@app.command
def runs(*, warehouse: Warehouse = None, format: Format = "table") -> None:
    """The runs, the newest first: files found and processed, documents landed, and in the corpus after it."""
    ask.print_named("runs", warehouse, None, format)


@app.command
def snapshots(*, warehouse: Warehouse = None, format: Format = "table") -> None:
    """The snapshots that can be queried with --snapshot, the newest first."""
    ask.print_named("snapshots", warehouse, None, format)


@app.command
def checks(*, warehouse: Warehouse = None, format: Format = "table") -> int:
    """What the newest run that checked anything found, and how to look closer; exit status 1 when a check failed.

    A warning is told, and lets the run be published. The past: corpus sql "FROM checks WHERE NOT passed".
    """
    return 1 if ask.print_checks(warehouse, format) else 0


@app.command
def rules(*, warehouse: Warehouse = None, snapshot: Snapshot = None, format: Format = "table") -> None:
    """Every rule: what it takes, how often it did, and what it gained since the snapshot before."""
    ask.print_named("rules", warehouse, snapshot, format)


EXAMPLES = {
    "run": (
        "corpus run ~/articles --warehouse ~/corpus",
        "corpus run --dry-run",
        "corpus run --near-duplicates versions",
    ),
    "retry": ("corpus retry", "corpus retry paper/2024-05-06.pdf"),
    "serve": ('corpus serve --cron "*/15 * * * *"',),
    "sql": (
        'corpus sql "FROM documents SELECT source, count(*) GROUP BY ALL"',
        """corpus sql "FROM documents WHERE language = 'en'" --format parquet > english.parquet""",
        'corpus sql "FROM left_out" --snapshot 3',
        'corpus sql "FROM documents SELECT count(*)" --snapshot 2026-10-31',
    ),
    "show": ("corpus show 3f2a", "corpus show paper/first.txt --original"),
    "report": ("corpus report --open", "corpus report --output corpus.html"),
    "export": ("corpus export out --format jsonl",),
    "forget": (
        'corpus forget 3f2a --reason "asked by its author" --with-copies',
        "corpus forget a/b.txt --reason licence",
    ),
    "verify": ("corpus verify", "corpus verify --share 0.1"),
    "tidy": ("corpus tidy --keep-days 30",),
}
for _command, _lines in EXAMPLES.items():
    app[_command].help_epilogue = "\n\n".join(["Examples:", *_lines])


def main() -> int:
    """The command's exit status."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")  # whatever the locale: the corpus is in many scripts
    try:
        arguments = _protect_comments(sys.argv[1:])
        result = app(arguments, exit_on_error=False, print_error=False, result_action="return_value")
        sys.stdout.flush()
    except BrokenPipeError:  # whoever reads has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        _tell("interrupted; what a run had finished, the next one takes over")
        return 1
    except (cyclopts.CycloptsError, pydantic.ValidationError, UsageError) as error:
        _tell(write_usage_error(error))
        return 2
    except Exception as error:
        if os.environ.get(SHOW_TRACEBACK):
            raise
        _tell(explain(error))
        if not is_expected(error):
            TELL.print(f"(set {SHOW_TRACEBACK}=1 to see where)")
        return 1
    return result if isinstance(result, int) else 0


def _protect_comments(arguments: list[str]) -> list[str]:
    """The arguments; a query that begins with a comment, as those in files do, does not look like an option."""
    return [f" {argument}" if re.match(r"--\s", argument) else argument for argument in arguments]


def _confirm() -> bool:
    """Whether who sits at the terminal says yes. UsageError where nobody does."""
    if not sys.stdin.isatty():
        raise UsageError("this cannot be undone, and there is no terminal to ask at: --yes goes on without asking")
    return TELL.input("Go on? [y/N] ").strip().lower() in ("y", "yes")


def _tell(message: str) -> None:
    TELL.print(f"corpus: {message}", markup=False, highlight=False, soft_wrap=True)


def _run_plainly(settings: Settings) -> Report:
    from flows.run import run_corpus
    from flows.supervise import Plainly

    with _open_progress() as progress:
        return run_corpus(settings, Plainly(progress))


def _open_progress() -> Progress:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    return Progress(*columns, console=TELL, transient=True)


def _run_through_prefect(settings: Settings) -> Report:
    from flows.corpus import find_server, run_flow

    address = find_server()
    if address:
        TELL.print(f"Through the Prefect server at {address.removesuffix('/api')}")
    else:
        TELL.print(
            "Starting an embedded Prefect server, which takes some 15 seconds: `prefect server start` in another "
            "terminal saves them, and shows the runs in a browser; --plain does without."
        )
    return run_flow(settings, address, tracebacks=bool(os.environ.get(SHOW_TRACEBACK)))


def _propose_queries(settings: Settings) -> None:
    option = "" if settings.warehouse == Settings().warehouse else f" --warehouse {shlex.quote(settings.warehouse)}"
    command = os.path.relpath(sys.argv[0]) if shutil.which("corpus") is None else "corpus"
    TELL.print("\nTry:")
    for meaning, query in QUERIES:
        line = Text.assemble(f'  {command} sql "{query}"{option}', (f"  # {meaning}", "dim"))
        TELL.print(line, soft_wrap=True)


if __name__ == "__main__":
    sys.exit(main())
