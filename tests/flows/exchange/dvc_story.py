"""A DVC repository with a past, made by DVC itself: `python -m tests.flows.exchange.dvc_story FOLDER`.

Thirty commits on three branches: a pipeline with foreach, parameters, metrics, plots and directories, a second one in
a folder of its own that works elsewhere, two imports. FOLDER/dags.json says what `dvc dag` said at each commit.
"""

import io
import json
import subprocess
import sys
from contextlib import chdir, redirect_stdout
from pathlib import Path

from dvc.cli import main

from tests.support import Repo, make_repo

PIPELINE = """\
vars:
- models.yaml
stages:
  prepare:
    cmd: python src/prepare.py
    deps:
    - src
    - data/raw.csv
    params:
    - prepare.rows
    outs:
    - prepared
  train:
    foreach: ${models}
    do:
      cmd: python train.py ${item}
      deps:
      - train.py
      - prepared/train.csv
      params:
      - rate
      outs:
      - models/${item}.bin
  evaluate:
    cmd: python evaluate.py
    deps:
    - evaluate.py
    - models
    - prepared/test.csv
    - holdout.csv
    metrics:
    - metrics.json:
        cache: false
    plots:
    - curve.csv
"""
REPORT = """\
stages:
  report:
    wdir: ../${folder}
    cmd: python ../report.py
    frozen: false
    deps:
    - ../report.py
    - ../metrics.json
    - ../prices.csv
    outs:
    - page.txt:
        persist: true
"""
FILES = {
    "dvc.yaml": PIPELINE,
    "reports/dvc.yaml": REPORT,
    "reports/params.yaml": "folder: out\n",
    "models.yaml": "models: [small, large]\n",
    "params.yaml": "prepare:\n  rows: 3\nrate: 0\n",
    "requirements.txt": "numpy==2.0.0\n",
    "src/prepare.py": "import os, sys\nsys.path.insert(0, 'src')\nsys.dont_write_bytecode = True\nimport rows\n"
    "os.makedirs('prepared')\ntext = open('data/raw.csv').read() + rows.NOTE\n"
    "open('prepared/train.csv', 'w').write(text)\nopen('prepared/test.csv', 'w').write(text[:3])\n",
    "src/rows.py": "NOTE = '0'\n",
    "train.py": "import sys\ntext = open('prepared/train.csv').read() + open('params.yaml').read()\n"
    "open(f'models/{sys.argv[1]}.bin', 'w').write(sys.argv[1] + text)\n",
    "evaluate.py": "import glob\nsize = sum(len(open(path).read()) for path in glob.glob('models/*.bin'))\n"
    "size += len(open('prepared/test.csv').read() + open('holdout.csv').read())\n"
    "open('metrics.json', 'w').write('{\"size\": %d}' % size)\nopen('curve.csv', 'w').write('x,y\\n1,%d\\n' % size)\n",
    "report.py": "open('page.txt', 'w').write(open('../metrics.json').read() + open('../prices.csv').read())\n",
    "models/.gitkeep": "",
    "out/.gitkeep": "",
    "data/raw.csv": "1\n2\n3\n",
}


def tell(top: Path) -> None:
    """Makes `top/repo`, with the repository `top/other` that it imports from."""
    other = make_repo(top / "other")
    with chdir(other.path):
        dvc("init")
        other.write("shared/holdout.csv", "7\n8\n")
        dvc("add", "shared/holdout.csv")
        other.commit("share")
    (top / "prices.csv").write_text("9\n")
    repo = make_repo(top / "repo")
    with chdir(repo.path):
        dags = _commits(repo, top)
    (top / "dags.json").write_text(json.dumps(dags))


def _commits(repo: Repo, top: Path) -> dict[str, str]:
    dags: dict[str, str] = {}
    dvc("init")
    dvc("config", "core.autostage", "true")
    for path, text in FILES.items():
        repo.write(path, text)
    dvc("add", "data/raw.csv")
    dvc("import", str(top / "other"), "shared/holdout.csv", "-o", "holdout.csv")
    dvc("import-url", str(top / "prices.csv"), "prices.csv")
    _run(repo, dags, "a pipeline")
    for number in range(1, 10):
        _change(repo, dags, number)
    for branch, number in (("wider", 10), ("deeper", 16)):
        repo.git("switch", "--quiet", "--create", branch)
        for step in range(number, number + 5):
            _change(repo, dags, step)
        repo.git("switch", "--quiet", "main")
        repo.git("merge", "--quiet", "--no-ff", "--message", f"merge {branch}", branch)
        dvc("checkout")
        _note(repo, dags)
    repo.git("switch", "--quiet", "--create", "lasting")
    for number in range(22, 27):
        _change(repo, dags, number)
    repo.git("switch", "--quiet", "main")
    dvc("checkout")
    for number in range(27, 30):
        _change(repo, dags, number)
    return dags


def _change(repo: Repo, dags: dict[str, str], number: int) -> None:
    """Changes data, code, a parameter or the models, and runs what depends on it."""
    match number % 5:
        case 0:
            repo.write("data/raw.csv", "1\n2\n" * number)
            dvc("add", "data/raw.csv")
        case 1:
            repo.write("src/rows.py", f"NOTE = '{'+' * (number + 1)}'\n")  # of another size: git may miss what is not
        case 2:
            repo.write("models.yaml", f"models: [small, {'large' if number % 2 else 'huge'}]\n")
        case 3:
            repo.write("README.md", f"nothing of DVC's: {number}\n")
        case _:
            repo.write("params.yaml", f"prepare:\n  rows: 3\nrate: {number}\n{'#' * number}\n")
    _run(repo, dags, f"change {number}")


def _run(repo: Repo, dags: dict[str, str], message: str) -> None:
    dvc("repro", "--all-pipelines")
    repo.commit(message)
    _note(repo, dags)


def _note(repo: Repo, dags: dict[str, str]) -> None:
    dags[repo.git("rev-parse", "HEAD")] = dvc("dag", "--dot")


def dvc(*arguments: str) -> str:
    """Runs a command of DVC in this process, which is quicker by the time that it takes to be imported."""
    out = io.StringIO()
    with redirect_stdout(out):
        status = main([*arguments, "--quiet"] if arguments[0] != "dag" else list(arguments))
    if status:
        raise SystemExit(f"dvc {arguments} ended with {status}: {out.getvalue()}")
    return out.getvalue()


if __name__ == "__main__":
    subprocess.run(["git", "config", "--global", "protocol.file.allow", "always"], check=True)
    tell(Path(sys.argv[1]))
