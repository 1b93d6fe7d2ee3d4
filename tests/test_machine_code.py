"""Machine code is made wherever the software is installed."""

import os
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT

DOUBLE = """
from flows.machine_code import compiled

@compiled
def double(number: int) -> int:
    return 2 * number
"""


def test_functions_are_compiled_where_nothing_can_be_written(tmp_path: Path) -> None:
    (tmp_path / "doubling.py").write_text(DOUBLE)
    (tmp_path / "__pycache__").write_text("a file, where the folder would be")
    home = tmp_path / "home"
    home.write_text("a file, where the folder would be")
    environment = {**os.environ, "HOME": str(home), "XDG_CACHE_HOME": str(home), "PYTHONPATH": f"{ROOT}:{tmp_path}"}
    asked = [sys.executable, "-c", "from doubling import double; print(double(21), double.targetoptions)"]
    answer = subprocess.run(asked, env=environment, capture_output=True, text=True, timeout=120)
    assert answer.stdout.startswith("42"), answer.stderr
