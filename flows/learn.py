"""Learning: the templates of all sources from the documents as they are, and the files to clean again for them.

Templates are a function of the whole corpus and of nothing else, so it makes no difference in which run a document
came: when a paragraph becomes a template, or is one no longer, the documents that have it are cleaned again.
"""

from dataclasses import dataclass
from pathlib import Path

import duckdb

from flows.settings import Settings
from warehouse.land import DataFile, write_part
from warehouse.tables import arrow_schema

QUERY = Path(__file__).parent / "clean" / "templates.sql"
OUTDATED = """
    WITH changed AS (
        (FROM learned SELECT source, paragraph_hash EXCEPT FROM templates SELECT source, paragraph_hash)
        UNION ALL
        (FROM templates SELECT source, paragraph_hash EXCEPT FROM learned SELECT source, paragraph_hash)
    )
    FROM (FROM paragraphs JOIN all_documents USING (doc_id) SELECT uri, coalesce(source, '') AS source, paragraph_hash)
    SEMI JOIN changed USING (source, paragraph_hash)
    SELECT DISTINCT uri ORDER BY uri"""


@dataclass(frozen=True, slots=True)
class Learned:
    """The files of `templates`, and the uris whose documents were cleaned by other ones."""

    files: tuple[DataFile, ...]
    outdated: tuple[str, ...]


def learn_templates(
    warehouse: Path, folder: str, run_id: str, settings: Settings, connection: duckdb.DuckDBPyConnection
) -> Learned:
    """What the documents of the connection teach; its `templates` are those that they were cleaned by."""
    from flows.clean.templates import RULE

    connection.execute("SET VARIABLE run_id = ?", [run_id])
    connection.execute("SET VARIABLE template_documents = ?", [settings.template_documents])
    connection.execute("SET VARIABLE template_share = ?", [settings.template_share])
    connection.execute(f"CREATE TEMP TABLE learned AS {QUERY.read_text()}")
    if RULE in settings.disabled_rules:
        connection.execute("DELETE FROM learned")
    outdated = tuple(uri for (uri,) in connection.execute(OUTDATED).fetchall())
    columns = ", ".join(arrow_schema("templates").names)
    rows = connection.sql(f"FROM learned SELECT {columns}").to_arrow_table()
    return Learned((write_part(warehouse, folder, "templates", rows),) if rows.num_rows else (), outdated)
