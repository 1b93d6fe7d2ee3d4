"""What each worker would make for itself at its first document; to import this makes it, as the fork server does once.

Rules become automata, tables of code points are drawn up, machine code is loaded: half of what a worker takes to start.
What fails here fails again at a document, where it is told of that; to let it fail here would end the fork server, and
no worker could start.
"""

from contextlib import suppress
from datetime import date

import pyarrow as pa

from flows.clean import clean
from flows.dedupe.fingerprint import write_fingerprints
from flows.describe import describe
from flows.model import Record

SAMPLE = """\
The ferry sails again

By Jane Doe

The ferry to the islands sails again from Monday, said the harbour board, after its new engine had passed all tests.
“We have waited long enough,” said the captain, who has brought the mail across for thirty years.

Share this story
"""

with suppress(Exception):
    cleaned = clean(Record(0, SAMPLE))
    describe(cleaned.text, cleaned.claims, date(2026, 1, 1))
    write_fingerprints(pa.array(["sample"]), pa.array([cleaned.text]), "warm")
