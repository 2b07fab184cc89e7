"""The second example, as a person runs it: a project of DVC's is taken in, with its past (issue 7)."""

import subprocess

from docs.generate import ROOT


def test_a_project_that_uses_dvc_is_taken_in() -> None:
    done = subprocess.run([ROOT / "examples/from-dvc/tour.sh"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "unverified" not in done.stdout
