"""Files of DVC's that somebody made to break us: nothing but GP-DVC-001 comes out, with file and line."""

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from gitprov.adapters.dvc.documents import read_document
from gitprov.adapters.dvc.lock import read_lock
from gitprov.adapters.dvc.pointers import read_pointers
from gitprov.adapters.dvc.stages import read_pipeline
from gitprov.errors import GitprovError
from tests.adapters.dvc.real import files_of
from tests.support import Repo

MD5 = "d41d8cd98f00b204e9800998ecf8427e"
PIPELINE = (
    "x: &a {deps: [d]}\nstages:\n  t:\n    <<: *a\n    cmd: c\n    wdir: w\n    params:\n    - p\n    - f: [q]\n"
    "    outs:\n    - o: {cache: false}\n    metrics: [m]\nartifacts:\n  n: {path: o, type: model}\n"
)
LOCK = (
    f"schema: '2.0'\nstages:\n  t:\n    cmd: c\n    deps:\n    - path: d\n      md5: {MD5}\n      size: 1\n"
    f"    params:\n      params.yaml:\n        p: 1\n    outs:\n    - path: o\n      md5: {MD5}.dir\n      nfiles: 2\n"
)
POINTER = f"outs:\n- md5: {MD5}\n  size: 1\n  hash: md5\n  path: x\n  desc: y\n"
LAUGHS = "a0: &a0 x\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 30))
MERGES = "m0: &m0 {k: v}\n" + "".join(f"m{n}: &m{n} {{<<: [{', '.join([f'*m{n - 1}'] * 9)}]}}\n" for n in range(1, 30))


def read_all(data: bytes) -> None:
    """Reads bytes as each of DVC's files, and passes on whatever is not our error."""
    for read in (
        lambda: read_pipeline(data, "dvc.yaml", "/nowhere", {}),
        lambda: read_lock(data, "dvc.lock", lambda _: {}),
        lambda: read_pointers(data, "x.dvc"),
    ):
        try:
            read()
        except GitprovError as error:
            assert error.code.id == "GP-DVC-001", error  # noqa: PT017


@pytest.mark.parametrize(
    "text",
    [
        "a: " + "[" * 65536,
        "- " * 60000,
        "? " * 60000,
        "a: " + "{a: " * 65536,
        "".join(" " * n + "a:\n" for n in range(500)),
        LAUGHS,
        MERGES,
        "a: &a [*a]\n",
        "a: &a {<<: *a}\n",
        "a: *nobody\n",
        "a: 1\na: 2\n",
        "a: 1\n---\na: 2\n",
        "a: !!python/object:os.system x\n",
        "a: !!binary '%%%'\n",
        "a: !!timestamp 2026-99-99\n",
        "a: 2026-13-45\n",
        "a: 2026-01-01T99:99:99Z\n",
        "a: " + "9" * 5000 + "\n",
        "a: !!int x\n",
        "a: !!float x\n",
        "a: !!omap [x]\n",
        "? [a]\n: 1\n",
        "? {a: b}\n: 1\n",
        "%YAML 9.9\n---\na\n",
        "%TAG ! x\n",
        "a: \x00\n",
        "a: \"\\UFFFFFFFF\"\n",
        "\ufeff",
        "stages: []\nouts: {}\n",
        "stages: {1: {cmd: x}}\n",
        "stages: {a: x}\nouts: [x]\n",
        "stages: {a: {}}\nouts: [{}]\n",
        "stages: {a: {cmd: [1]}}\nouts: [{path: 1}]\n",
        "stages: {a: {cmd: x, deps: x}}\n",
        "stages: {a: {cmd: x, deps: [1]}}\n",
        "stages: {a: {cmd: x, outs: [[x]]}}\n",
        "stages: {a: {cmd: x, outs: [{x: {cache: 1}}]}}\n",
        "stages: {a: {cmd: x, params: [{x: y}]}}\n",
        "stages: {a: {cmd: x, wdir: ../..}}\n",
        "stages: {a: {cmd: x, frozen: 1}}\n",
        "stages: {a: {foreach: 1, do: 2}}\n",
        "stages: {a: {foreach: [1]}}\n",
        "stages: {a: {matrix: {x: 1}, cmd: 1}}\n",
        "stages: {a: {matrix: {" + ", ".join(f"k{n}: [1, 2, 3, 4]" for n in range(20)) + "}, cmd: x}}\n",
        "stages: {a: {cmd: '${'}}\n",
        "stages: {a: {cmd: '${x}'}}\n",
        "vars: [nowhere.yaml]\nstages: {a: {cmd: x}}\n",
        "vars: {a: 1}\nstages: 1\n",
        "artifacts: {a: {type: x}}\n",
        "artifacts: {a: 1}\n",
        "schema: '3.0'\nstages: {}\n",
        "schema: '2.0'\nstages: {a: {cmd: x, deps: [{path: x, md5: y}]}}\n",
        "schema: '2.0'\nstages: {a: {cmd: x, deps: [{path: x, size: -1}]}}\n",
        "schema: '2.0'\nstages: {a: {cmd: x, params: {f: [x]}}}\n",
        "outs: [{path: x, md5: 1}]\n",
        "outs: [{path: ''}]\n",
        'outs: [{path: "a\\0b"}]\n',
    ],
)  # fmt: skip
def test_hostile_documents(text: str) -> None:
    """Some of these would take for ever, or all memory, without bounds."""
    read_all(text.encode())


KINDS = (PIPELINE, LOCK, POINTER)


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=200)
@given(st.sampled_from(KINDS), st.data())
def test_mutated_documents(text: str, draw: st.DataObject) -> None:
    data = bytearray(text.encode())
    for _ in range(draw.draw(st.integers(1, 4))):
        at = draw.draw(st.integers(0, len(data) - 1))
        length = draw.draw(st.integers(0, 3))
        data[at : at + length] = draw.draw(
            st.binary(max_size=3) | st.sampled_from([b"- ", b": ", b"\n", b"[", b"&a ", b"!!int "])
        )
    read_all(bytes(data))


@given(st.text(alphabet="ab:-?[]{}&*!|>'\"%@`#,~<= \n\t\\0123456789.e_\u0085\u2028\ufeff\x07", max_size=60))
@example("0o9")
@example("=")
@example("1:99:99.9")
@example("2001-1-1 99:99:99")
@example("_")
@example("0x")
@example("!!bool x")
@example("!!set {a, a}")
def test_texts(text: str) -> None:
    read_all(text.encode())


@pytest.mark.parametrize(
    ("name", "text", "what"),
    [
        (
            "dvc.yaml",
            "stages:\n  t:\n    cmd: x\n    deps:\n    - a\n    - 1\n",
            r"dvc\.yaml:6: stages\.t\.deps\.1 must be text",
        ),
        ("dvc.yaml", "stages:\n  t:\n    outs: [a]\n", r"dvc\.yaml:2: stages\.t\.cmd is missing"),
        ("dvc.yaml", "stages:\n  a: 1\n  a: 2\n", r"dvc\.yaml:3: found duplicate key"),
        ("dvc.yaml", "a:\n  - [\n", r"dvc\.yaml:3: "),
        ("x.dvc", f"outs:\n- path: x\n- path: y\n  md5: {MD5}0\n", r"x\.dvc:4: outs\.1\.md5 is no MD5"),
    ],
)
def test_the_line_is_named(repo: Repo, name: str, text: str, what: str) -> None:
    repo.write(name, text)
    with pytest.raises(GitprovError, match=f"GP-DVC-001: {what}"):
        files_of(repo).owner("anything")


def test_bytes_that_are_no_text() -> None:
    with pytest.raises(GitprovError, match=r"GP-DVC-001: d:2: is not UTF-8"):
        read_document(b"a: 1\nb: \xff", "d")


def test_what_people_do_write_is_read() -> None:
    """Anchors, aliases and merge keys are everyday things in a dvc.yaml."""
    (stage,) = read_pipeline(PIPELINE.encode(), "dvc.yaml", "/nowhere", {}).stages
    assert (stage.deps, stage.params) == ({"d": "w/d"}, {"params.yaml": ("p",), "f": ("q",)})
