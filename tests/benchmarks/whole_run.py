"""What a run costs: press releases and Wikinews, then nothing new, one file in a hundred new, as many changed.

    python -m tests.benchmarks.whole_run [--sample]

Times of shared machines are no results: each is also given as a multiple of reading and hashing every file once,
measured in the same call, and the CPU time of all processes as a share of the first run's. Peak memory is that of the
largest process. `--sample` takes the sample of the press releases. Linux alone.
"""

import csv
import ctypes
import hashlib
import json
import os
import subprocess
import sys
import tarfile
import time
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa

from warehouse import connect

DATA = Path(__file__).parents[3] / "shared" / "data"

SET_CHILD_SUBREAPER = 36
"""Of prctl(2)."""


def unpack(folder: Path, sample: bool) -> None:
    """Writes the raw files: one a press release, and one of JSON lines for Wikinews."""
    archive = DATA / f"press_releases{'_sample' if sample else ''}.tar.zst"
    with (
        pa.CompressedInputStream(pa.OSFile(str(archive)), "zstd") as stream,
        tarfile.open(fileobj=stream, mode="r|") as tar,
    ):
        tar.extractall(folder, filter="data")
    with (folder / "wikinews.jsonl").open("w") as lines:
        for path in sorted((DATA / "wikinews").glob("*.csv")):
            with path.open(newline="") as rows:
                for row in csv.DictReader(rows):
                    lines.write(json.dumps(row) + "\n")


def read_all(folder: Path) -> float:
    """Seconds to read and hash every file once: what any tool must spend."""
    start = time.perf_counter()
    for path in folder.rglob("*"):
        if path.is_file():
            hashlib.sha256(path.read_bytes()).digest()
    return time.perf_counter() - start


def run(seeds: Path, warehouse: Path) -> tuple[float, float, int]:
    """Seconds, CPU seconds of all processes, and peak bytes of the largest, of one `corpus run --plain`."""
    command = [sys.executable, "-m", "flows.cli", "run", str(seeds), "--plain", "--warehouse", str(warehouse)]
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert process.stderr is not None
    told = process.stderr.read().decode()
    process.stderr.close()
    cpu, peak, failed = 0.0, 0, False
    with suppress(ChildProcessError):  # none is left
        while True:
            ended, status, usage = os.wait4(-1, 0)
            cpu += usage.ru_utime + usage.ru_stime
            peak = max(peak, usage.ru_maxrss * 1024)
            failed |= ended == process.pid and status != 0
            seconds = time.perf_counter() - start
    if failed:
        raise RuntimeError(told)
    return seconds, cpu, peak


def pass_over_keys(warehouse: Path) -> float:
    """CPU seconds to find the keys of fingerprints that several documents have: to scan the index once."""
    with connect(warehouse) as connection:
        start = time.process_time()
        keys = "FROM fingerprints SELECT unnest(bands || anchors) AS key"
        connection.execute(f"SELECT count(*) FROM (FROM ({keys}) SELECT key GROUP BY key HAVING count(*) > 1)")
        return time.process_time() - start


def main() -> None:
    # Workers are children of a fork server that ends after the run: whoever is left comes to this process.
    ctypes.CDLL(None).prctl(SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    with TemporaryDirectory() as place:
        seeds, warehouse = Path(place, "seeds"), Path(place, "landed")
        seeds.mkdir()
        unpack(seeds, "--sample" in sys.argv)
        files = sorted(path for path in seeds.rglob("*.txt") if path.is_file())
        late = {path: path.read_bytes() for path in files[50::100]}
        size = sum(path.stat().st_size for path in seeds.rglob("*") if path.is_file())
        read_all(seeds)
        floor = read_all(seeds)
        print(f"{len(files) + 1:,} files, {size / 1e6:,.0f} MB; reading and hashing them once: {floor:.1f} s\n")
        print(
            f"{'run':24}{'s':>8}{'× reading':>11}{'CPU s':>8}{'of the first':>14}{'peak MB':>9}"
            "   seconds by stage (batches: summed over workers)"
        )
        for path in late:
            path.unlink()
        first = 0.0
        for name in ("everything is new", "nothing is new", "1 % new", "1 % changed"):
            if name == "1 % new":
                for path, content in late.items():
                    path.write_bytes(content)
            if name == "1 % changed":
                for path in files[::100]:
                    path.write_bytes(path.read_bytes() + b"\nOne more sentence.\n")
            seconds, cpu, peak = run(seeds, warehouse)
            with connect(warehouse) as connection:
                row = connection.execute("FROM runs SELECT seconds ORDER BY run_id DESC LIMIT 1").fetchone()
            stages = ", ".join(f"{stage} {spent:.1f}" for stage, spent in json.loads(row[0] if row else "{}").items())
            first = first or cpu
            times = f"{seconds:8.1f}{seconds / floor:11.1f}{cpu:8.1f}{cpu / first:14.3f}"
            print(f"{name:24}{times}{peak / 1e6:9.0f}   {stages}", flush=True)
            if name == "1 % new":
                print(f"{'one pass over the keys':43}{(cpu := pass_over_keys(warehouse)):8.1f}{cpu / first:14.3f}")


if __name__ == "__main__":
    main()
