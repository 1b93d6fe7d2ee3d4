"""What documents become: tables of plain Parquet, published as snapshots that DuckDB reads.

`warehouse.connect()` opens the newest one; `warehouse.list_files()` names its files for whatever else reads Parquet.
"""

from warehouse.connect import connect, list_files

__all__ = ["connect", "list_files"]
