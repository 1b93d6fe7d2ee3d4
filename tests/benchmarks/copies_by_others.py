"""Other tools on the planted copies, each in an environment of its own that has it and pyarrow:

    python -m tests.benchmarks.planted_copies --write PLANTED.parquet
    ENVIRONMENT/bin/python tests/benchmarks/copies_by_others.py datatrove PLANTED.parquet > datatrove.txt
    ENVIRONMENT/bin/python tests/benchmarks/copies_by_others.py datasketch PLANTED.parquet > datasketch.txt
    ENVIRONMENT/bin/python tests/benchmarks/copies_by_others.py text-dedup PLANTED.parquet > text-dedup.txt
    python -m tests.benchmarks.planted_copies --removed datatrove.txt datasketch.txt text-dedup.txt

Prints the numbers of the documents that the tool removes, one a line, then seconds of CPU and the peak memory.
datatrove runs as for FineWeb (5-word shingles, 14 bands of 8) and needs spacy, tokenizers and xxhash<4; datasketch with
its MinHashLSH of 42 bands of 3 over pairs of words, checked by its estimate at .3; text-dedup's command with pairs of
words, 50 bands of 4.
"""

import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

WORD = re.compile(r"\w+")


def remove_by_datatrove(texts: list[str]) -> Iterable[int]:
    """As FineWeb: datatrove's four steps with their defaults."""
    from datatrove.data import Document
    from datatrove.executor import LocalPipelineExecutor
    from datatrove.pipeline.dedup import MinhashDedupBuckets, MinhashDedupCluster, MinhashDedupFilter
    from datatrove.pipeline.dedup.minhash import MinhashConfig, MinhashDedupSignature
    from datatrove.utils.hashing import HashConfig

    kept = set()
    config = MinhashConfig(hash_config=HashConfig(precision=64), n_grams=5, num_buckets=14, hashes_per_bucket=8)
    documents = [Document(text=text, id=str(number)) for number, text in enumerate(texts)]

    def note(data: Iterable[Document], rank: int = 0, world_size: int = 1) -> Iterable[Document]:
        for document in data:
            kept.add(int(document.id))
            yield document

    with tempfile.TemporaryDirectory() as folder:
        steps = [
            [documents, MinhashDedupSignature(f"{folder}/signatures", config)],
            [MinhashDedupBuckets(f"{folder}/signatures", f"{folder}/buckets", config=config)],
            [MinhashDedupCluster(f"{folder}/buckets", f"{folder}/removed", config=config)],
            [documents, MinhashDedupFilter(f"{folder}/removed"), note],
        ]
        for number, pipeline in enumerate(steps):
            tasks = 14 if number == 1 else 1
            LocalPipelineExecutor(pipeline, tasks=tasks, workers=1, logging_dir=f"{folder}/logs{number}").run()
    return set(range(len(texts))) - kept


def remove_by_datasketch(texts: list[str]) -> Iterable[int]:
    """A document is removed when an earlier one that is kept is found."""
    from datasketch import MinHash, MinHashLSH

    index = MinHashLSH(num_perm=126, params=(42, 3))
    sketches: dict[int, MinHash] = {}
    for number, text in enumerate(texts):
        words = WORD.findall(text.lower())
        sketch = MinHash(num_perm=126)
        sketch.update_batch([f"{one} {other}".encode() for one, other in pairwise(words)])
        if any(sketch.jaccard(sketches[found]) >= 0.3 for found in index.query(sketch)):
            yield number
        else:
            index.insert(number, sketch)
            sketches[number] = sketch


def remove_by_text_dedup(texts: list[str]) -> Iterable[int]:
    """By its own command, which keeps one document of each cluster."""
    from datasets import load_from_disk

    with tempfile.TemporaryDirectory() as folder:
        pq.write_table(pa.table({"number": range(len(texts)), "text": texts}), f"{folder}/texts.parquet")
        command = [sys.executable, "-m", "text_dedup.minhash", "--path", "parquet", "--split", "train"]
        command += ["--data_files", f"{folder}/texts.parquet", "--cache_dir", f"{folder}/cache"]
        command += ["--output", f"{folder}/kept", "--column", "text", "--num_proc", "1"]
        command += ["--ngram", "2", "--min_length", "2", "--num_perm", "200", "--b", "50", "--r", "4"]
        subprocess.run(command, check=True, stdout=sys.stderr)
        return set(range(len(texts))) - set(load_from_disk(f"{folder}/kept")["number"])


TOOLS = {"datatrove": remove_by_datatrove, "datasketch": remove_by_datasketch, "text-dedup": remove_by_text_dedup}


def main() -> None:
    """Prints what a tool removes."""
    tool, path = sys.argv[1], Path(sys.argv[2])
    texts = pq.read_table(path, columns=["text"])["text"].to_pylist()
    start = time.process_time()
    removed = sorted(TOOLS[tool](texts))
    sys.stdout.write("".join(f"{number}\n" for number in removed))
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = time.process_time() - start + children.ru_utime + children.ru_stime
    peak = max(own.ru_maxrss, children.ru_maxrss) / 1024
    sys.stdout.write(f"# {tool} {version(tool)}: {seconds:.1f} s of CPU, {peak:.0f} MB\n")


if __name__ == "__main__":
    main()
