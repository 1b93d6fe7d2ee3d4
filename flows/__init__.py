"""The path of a document.

    find → plan batches → [ read → clean → describe → write aside ]* → learn → dedupe → check → publish → report

1. `ingest` finds the files below a root and reads each into records: the whole decoded text, and *claims*, which are
   what the file, its markup or its sidecar say of the document.
2. `clean` turns the text into *cuts*, which a ledger composes into edits: boilerplate removed, titles and bylines
   lifted into claims, damage repaired. Nothing is deleted: the edits undo to the original.
3. `describe` chooses among the claims, tells the language and measures the clean text.
4. `learn` tells each source's template, the paragraphs that recur across its documents; those that were cleaned by
   another template go through 1 to 3 again.
5. `dedupe` points every copy at the document that is kept.
6. `warehouse.land` writes rows aside as Parquet; 7. `warehouse/checks` tries to break the run's promises;
8. `warehouse.publish` makes the run the current snapshot, at once or not at all.

Stages 1 to 3 are one pure function of one batch of files (`flows.batch.run_batch`); the rest is DuckDB SQL over
Parquet. `flows.run` holds them in their order; only `flows.corpus` knows of Prefect.
"""
