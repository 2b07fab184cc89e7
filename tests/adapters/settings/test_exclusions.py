"""Formatters and scanners leave `.gitprov/` alone, and nothing else of their settings changes."""

import json
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from gitprov.adapters.settings.exclusions import exclusions
from gitprov.errors import catalogue as codes

RECORD = ".gitprov/artifacts/churn-model/5e/" + "5e0f" * 16 + ".yaml"


def after(files: Mapping[str, str]) -> dict[str, str]:
    """Returns the edits, after checking that a second look finds nothing to edit."""

    def read(path: str) -> bytes | None:
        if path.startswith(("/", "..")):
            raise codes.PTH_OUTSIDE.error(f"{path} leads outside")
        return held[path].encode() if path in held else None

    held = dict(files)
    edits = {path: data.decode() for path, data in exclusions(read).items()}
    held |= edits
    assert exclusions(read) == {}
    return edits


def test_nothing_is_made_where_no_tool_is() -> None:
    assert after({}) == {}
    assert after({"package.json": '{"devDependencies": {"eslint": "9"}}', ".prettierrc.bak": "{}"}) == {}


# --- prettier ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (".prettierrc", "{}"),
        (".prettierrc.toml", ""),
        (".prettierrc.mjs", ""),
        ("prettier.config.ts", ""),
        ("package.json", '{"prettier": {"tabWidth": 4}}'),
        ("package.json", '{"devDependencies": {"prettier": "^3"}}'),
    ],
)
def test_prettier(name: str, content: str) -> None:
    assert after({name: content}) == {".prettierignore": ".gitprov/\n"}


def test_prettierignore_keeps_its_lines() -> None:
    assert after({".prettierignore": "# ours\ndist"}) == {".prettierignore": "# ours\ndist\n.gitprov/\n"}
    assert after({".prettierignore": "dist\r\n"}) == {".prettierignore": "dist\r\n.gitprov/\r\n"}
    for line in (".gitprov", "/.gitprov/", ".gitprov/**", " .gitprov/ "):
        assert after({".prettierignore": f"dist\n{line}\n"}) == {}


# --- yamllint ---------------------------------------------------------------------------------------------------------

LINTED = {
    "no list yet": ("# why\n---\nextends: default  # all\n\nrules: {line-length: disable}\n", None),
    "one line": ("extends: default\nignore: docs/  # made\n", "ignore: [docs/, .gitprov/]  # made\n"),
    "one quoted line": ('ignore: "*.tmp"\nextends: default\n', 'ignore: ["*.tmp", .gitprov/]\n'),
    "a block of lines": ("extends: default\nignore: |\n  # made\n  docs/\n  *.tmp\n", "  .gitprov/\n  # made\n  docs/"),
    "a list": (
        "extends: default\nignore:\n    - docs/ # made\n    - '*.tmp'\n",
        "    - .gitprov/\n    - docs/ # made\n",
    ),
    "a list at the margin": ("extends: default\nignore:\n- docs/\n", "ignore:\n- .gitprov/\n- docs/\n"),
    "a list on one line": ("extends: default\nignore: [docs/, '*.tmp']\n", "ignore: [.gitprov/, docs/, '*.tmp']\n"),
    "an empty list": ("extends: default\nignore: []\n", "ignore: [.gitprov/]\n"),
    "all on one line": ("{extends: default, rules: {}}\n", "{ignore: .gitprov/, extends: default, rules: {}}\n"),
    "windows": ("extends: default\r\nignore:\r\n  - docs/\r\n", "\r\n  - .gitprov/\r\n  - docs/\r\n"),
}


def linted(folder: Path) -> set[str]:
    """Returns what the real yamllint would look at."""
    done = subprocess.run(["yamllint", "--list-files", "."], cwd=folder, capture_output=True, text=True, check=True)
    return {path.removeprefix("./") for path in done.stdout.splitlines()}


@pytest.mark.parametrize("name", [".yamllint", ".yamllint.yml"])
@pytest.mark.parametrize(("before", "part"), LINTED.values(), ids=LINTED.keys())
def test_yamllint_no_longer_looks_at_records(tmp_path: Path, name: str, before: str, part: str | None) -> None:
    for path in (RECORD, "a.yaml", "docs/b.yaml"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("a: 1\n")
    (tmp_path / name).write_bytes(before.encode())
    seen = linted(tmp_path)
    assert RECORD in seen
    edits = after({name: before})
    assert edits.keys() == {name}
    assert (part or "# why\n---\nignore: .gitprov/\nextends: default  # all\n") in edits[name]
    (tmp_path / name).write_bytes(edits[name].encode())
    assert linted(tmp_path) == {path for path in seen if not path.startswith(".gitprov/")}


def test_yamllint_that_ignores_what_git_ignores(tmp_path: Path) -> None:
    """.gitignore must not name records, or nobody commits them."""
    files = {".yamllint": "extends: default\nignore-from-file: .gitignore  # git's\n", ".gitignore": "dist/\n"}
    edits = after(files)
    assert edits == {
        ".yamllint": "extends: default\nignore-from-file: [.gitignore, .yamllintignore]  # git's\n",
        ".yamllintignore": ".gitprov/\n",
    }
    for path, text in {**files, **edits, RECORD: "a: 1\n", "a.yaml": "a: 1\n"}.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    assert linted(tmp_path) == {".yamllint", "a.yaml"}


def test_yamllint_with_ignore_files_of_its_own() -> None:
    listed = "ignore-from-file:\n  - .gitignore\n  - .yamllintignore\n"
    assert after({".yamllint": listed, ".yamllintignore": "docs/\n"}) == {".yamllintignore": "docs/\n.gitprov/\n"}
    assert after({".yamllint": "ignore-from-file: [a, b]\n", "b": ".gitprov\n"}) == {}


def test_yamllint_keeps_what_the_extended_file_ignores() -> None:
    """An `ignore` of one's own replaces that of the extended file, so the line belongs there."""
    files = {".yamllint": "extends: lint/base.yaml\n", "lint/base.yaml": "extends: relaxed\nignore: docs/\n"}
    assert after(files) == {"lint/base.yaml": "extends: relaxed\nignore: [docs/, .gitprov/]\n"}
    assert after({".yamllint": "extends: .yamllint\n"}) == {}
    assert after({".yamllint": "extends: ../base.yaml\n"}) == {}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "- a\n",
        "a: [",
        "a: 1\na: 2\n",
        "ignore: 1\n",
        "ignore: [1]\n",
        "extends: 3\nignore:\n",
        "a: 1\n---\nb: 1\n",
        "ignore: >\n  docs/\n  *.tmp\n",
        "x: &x [docs/]\nignore: *x\n",
        "a: 1\n...\n...\n- b",
        "ignore-from-file: {a: b}\n",
    ],
)
def test_yamllint_settings_that_cannot_be_understood_are_left_alone(text: str) -> None:
    assert after({".yamllint": text}) == {}


# --- pre-commit -------------------------------------------------------------------------------------------------------

REPOS = "repos:\n-   repo: local  # hooks\n    hooks: []\n"
EXCLUDED = {
    "none yet": (f"# ours\n\nfail_fast: true\n{REPOS}", f"# ours\n\nexclude: ^\\.gitprov/\nfail_fast: true\n{REPOS}"),
    "plain": (f"exclude: ^docs/|\\.svg$  # made\n{REPOS}", f"exclude: ^\\.gitprov/|^docs/|\\.svg$  # made\n{REPOS}"),
    "single quotes": (f"exclude: '^docs/: it''s'\n{REPOS}", f"exclude: '^\\.gitprov/|^docs/: it''s'\n{REPOS}"),
    "double quotes": (f'exclude: "^docs/\\\\.svg$"\n{REPOS}', f'exclude: "^\\\\.gitprov/|^docs/\\\\.svg$"\n{REPOS}'),
    "flags": (f"exclude: (?i)^DOCS/\n{REPOS}", f"exclude: (?i)^\\.gitprov/|^DOCS/\n{REPOS}"),
    "verbose": (
        f"{REPOS}exclude: |\n    (?x)^(\n        docs/|  # made\n        a\\.svg\n    )$  # end\n",
        f"{REPOS}exclude: |\n    (?x)^\\.gitprov/|^(\n        docs/|  # made\n        a\\.svg\n    )$  # end\n",
    ),
    "folded": (f"exclude: >-\n  ^docs/|\n  ^a/\n{REPOS}", f"exclude: >-\n  ^\\.gitprov/|^docs/|\n  ^a/\n{REPOS}"),
    "the default, written out": (f"exclude: ^$\n{REPOS}", f"exclude: ^\\.gitprov/|^$\n{REPOS}"),
    "windows": (
        f"exclude: a\n{REPOS}".replace("\n", "\r\n"),
        f"exclude: ^\\.gitprov/|a\n{REPOS}".replace("\n", "\r\n"),
    ),
}


@pytest.mark.parametrize(("before", "wanted"), EXCLUDED.values(), ids=EXCLUDED.keys())
def test_pre_commit(before: str, wanted: str) -> None:
    assert after({".pre-commit-config.yaml": before}) == {".pre-commit-config.yaml": wanted}
    old, new = (re.compile(yaml.safe_load(text).get("exclude", "^$")) for text in (before, wanted))
    assert new.search(RECORD)
    for path in ("docs/a", "DOCS/a", "a.svg", "a/b", "src/.gitprov/x", "gitprov/x", "x/docs/y", "a"):
        assert bool(new.search(path)) == bool(old.search(path))


PARTS = ["^docs/", "(a|b)", "[.]svg$", " ", "\\ ", "#x\n", "|", "x?", "\n", "é", "'", '"', ": "]


@given(
    flags=st.sampled_from(["", "(?x)", "(?i)", "(?xi)", "(?s)(?m)"]),
    parts=st.lists(
        st.sampled_from(["^docs/", "(a|b)", "[.]svg$", " ", "\\ ", "#x\n", "|", "x?", "\n", "é", "'", '"', ": "])
    ),
    style=st.sampled_from([None, "'", '"', "|", ">"]),
)
def test_any_regex_keeps_its_meaning(flags: str, parts: list[str], style: str | None) -> None:
    pattern = flags + "".join(parts)
    text = yaml.dump({"exclude": pattern, "repos": []}, default_style=style, allow_unicode=True)
    edits = after({".pre-commit-config.yaml": text})
    if edits:
        old, new = (re.compile(yaml.safe_load(one)["exclude"]) for one in (text, *edits.values()))
        assert new.search(RECORD)
        for path in ("docs/a", "a", "x.svg", "xé", "q", "' \"", ".gitprov", "x: "):
            assert bool(new.search(path)) == bool(old.search(path))


@pytest.mark.parametrize(
    "text",
    ["exclude: ^\\.gitprov/\nrepos: []\n", "exclude: '[.]svg|^(\\.gitprov|docs)/'\nrepos: []\n"],
)
def test_pre_commit_that_knows_already(text: str) -> None:
    assert after({".pre-commit-config.yaml": text}) == {}


@pytest.mark.parametrize(
    "text", ["", "[]", "exclude: (\n", "exclude:\n", "exclude: [a]\n", "a: [", "exclude: !x a\n" * 2]
)
def test_pre_commit_settings_that_cannot_be_understood_are_left_alone(text: str) -> None:
    assert after({".pre-commit-config.yaml": text}) == {}


# --- detect-secrets ---------------------------------------------------------------------------------------------------


def baseline(*filters: dict[str, object]) -> str:
    """Returns a baseline as detect-secrets writes it."""
    return json.dumps({"version": "1.5.0", "filters_used": [*filters], "results": {}}, indent=2) + "\n"


PATH = "detect_secrets.filters.regex.should_exclude_file"
OTHER: dict[str, object] = {"path": "detect_secrets.filters.allowlist.is_line_allowlisted"}


def test_detect_secrets() -> None:
    ours: dict[str, object] = {"path": PATH, "pattern": [r"^\.gitprov/"]}
    assert after({".secrets.baseline": baseline(OTHER)}) == {".secrets.baseline": baseline(OTHER, ours)}
    both: dict[str, object] = {"path": PATH, "pattern": ["^docs/", r"^\.gitprov/"]}
    for pattern in (["^docs/"], "^docs/"):
        before = baseline({"path": PATH, "pattern": pattern}, OTHER)
        assert after({".secrets.baseline": before}) == {".secrets.baseline": baseline(both, OTHER)}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        "[" * 100_000,
        "{}",
        '{"filters_used": 1}',
        '{"filters_used": [1]}',
        baseline({"path": PATH, "pattern": 3}),
        baseline({"path": PATH, "pattern": ["^\\.gitprov/"]}),
    ],
)
def test_baselines_that_cannot_be_understood_are_left_alone(text: str) -> None:
    assert after({".secrets.baseline": text}) == {}
