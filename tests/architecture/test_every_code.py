"""`pytest --every-code` fails a run that raised not every code, whichever of its processes raised the others."""

import subprocess
import sys
from pathlib import Path

import pytest

from gitprov.errors.catalogue import CATALOGUE

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("workers", ["0", "1"])
def test_a_code_that_no_test_raises_fails_the_run(workers: str) -> None:
    """tests/unit/test_names.py passes, raises GP-SCH-003, and follows no remedy."""
    run = [sys.executable, "-m", "pytest", "-q", "-n", workers, "--every-code", "tests/unit/test_names.py"]
    done = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == pytest.ExitCode.TESTS_FAILED, done.stdout + done.stderr
    assert " passed" in done.stdout
    assert " failed" not in done.stdout
    unraised = {name for name in CATALOGUE if f"{name}: no test raises it" in done.stdout}
    unmended = {name for name in CATALOGUE if f"{name}: no test runs its remedy" in done.stdout}
    assert "GP-SCH-003" not in unraised
    assert "GP-YML-001" in unraised
    assert unmended == {name for name, code in CATALOGUE.items() if not code.by_hand}
