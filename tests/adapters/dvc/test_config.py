"""DVC's configuration as DVC reads it, over a table of what people write."""

import sys
from pathlib import Path

import pytest
from dvc.config import Config
from dvc.fs import get_fs_config

from gitprov.adapters.dvc import config as ours
from gitprov.adapters.dvc.config import DvcConfig
from gitprov.errors import GitprovError

S3 = "['remote \"store\"']\n    url = s3://bucket/path\n    endpointurl = https://s3.example.org\n    region = eu\n"
PLAIN = [
    {},
    {"repo": ""},
    {"repo": "[core]\n    remote = store\n" + S3},
    {"repo": S3, "local": "['remote \"store\"']\n    access_key_id = key\n    secret_access_key = a/b+c=\n"},
    {"repo": S3, "local": "[core]\nremote=Store\n"},
    {"repo": '[remote "x"]\nurl=../relative dir\n[ cache ]\n  dir = ../../shared\n'},
    {"repo": "['remote \"x\"']\nurl = ~/data\nkeyfile = keys/id\n"},
    {"repo": "['remote \"x\"']\nurl = /abs/path\nverify = true\n[cache]\ndir = /abs/cache\n"},
    {"global": S3 + "[core]\nremote = store\n", "repo": "[core]\n    analytics = false\n"},
    {"system": S3, "global": "[core]\nremote = nobody\n", "repo": "[core]\nremote = store\n"},
    {"system": "['remote \"store\"']\nurl = rel\n", "local": "['remote \"store\"']\ntimeout = 5\n"},
    {"repo": "# a comment\n\n  # another\n" + S3 + "\n[core]\n\n    autostage = true\n"},
    {"repo": "['remote \"Upper\"']\n    URL = s3://Bucket/Path%20x\n"},
    {
        "repo": "['remote \"server\"']\nurl = ssh://example.org/base\nuser = root\nport = 22\n"
        "['remote \"images\"']\nurl = remote://server/tmp/pictures\nuser = alice\n"
        "['remote \"deep\"']\nurl = remote://images/deeper\n[core]\nremote = deep\n"
    },
    {"repo": "['remote \"local\"']\nurl = ../x\n['remote \"sub\"']\nurl = remote://local/sub\n"},
    {"repo": '[\'remote "q"\']\n    url = "/data, old #1"\n'},
]
UNUSUAL = [
    {"repo": "['remote \"x\"']\nurl = /x\ntype = reflink,copy\n"},
    {"repo": "['remote \"x\"']\nurl = '/single, quoted'\n"},
    {"repo": "['remote \"x\"']\nurl = /x # a comment behind\n"},
    {"repo": '[\'remote "x"\']\nurl = """/triple"""\n'},
]
BROKEN = [
    "no section = here\n",
    "[core]\nremote\n",
    "[core]\nremote = a\nremote = b\n",
    "[core\n",
    "[[nested]]\n",
    "['remote \"x\"']\nverify = true\n",
    "[core]\nanalytics = maybe\nremote = 'a\n",
]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The `.dvc` folder of a project, with places for the system's and the user's configuration beside it."""
    for level in ("system", "global"):
        (tmp_path / level).mkdir()
        monkeypatch.setenv(f"DVC_{level.upper()}_CONFIG_DIR", str(tmp_path / level))
    (tmp_path / "project" / ".dvc").mkdir(parents=True)
    return tmp_path / "project" / ".dvc"


def write(folder: Path, files: dict[str, str]) -> None:
    places = {"repo": folder / "config", "local": folder / "config.local"}
    for level, text in files.items():
        places.get(level, folder.parents[1] / level / "config").write_text(text)


def assert_same(folder: Path) -> None:
    real, read = Config(str(folder), validate=False), DvcConfig(str(folder))
    found = {remote.name: {**remote.options, "url": remote.url} for remote in read.remotes()}
    assert found == {name: get_fs_config(real, name=name) for name in real["remote"]}
    assert read.cache_dir == real["cache"].get("dir", str(folder / "cache"))
    assert read.default == (real["core"].get("remote", "").lower() or None)
    assert read.values.get("core", {}) == real["core"]
    if read.default in real["remote"]:
        assert read.remote() == next(read.remotes())


@pytest.mark.parametrize("files", PLAIN)
def test_plain_configuration_is_read_as_dvc_reads_it(
    folder: Path, files: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder, files)
    with monkeypatch.context() as without:
        without.setitem(sys.modules, "dvc.config", None)
        DvcConfig(str(folder))  # it takes no dvc
    assert_same(folder)


@pytest.mark.parametrize("files", UNUSUAL)
def test_unusual_configuration_is_left_to_dvc(
    folder: Path, files: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder, files)
    assert_same(folder)
    monkeypatch.setitem(sys.modules, "dvc.config", None)
    with pytest.raises(GitprovError, match="GP-DVC-004"):
        DvcConfig(str(folder))


@pytest.mark.parametrize("text", BROKEN)
def test_broken_configuration_is_refused(folder: Path, text: str) -> None:
    write(folder, {"repo": text})
    with pytest.raises(GitprovError, match="GP-DVC-001"):
        DvcConfig(str(folder))


@pytest.mark.parametrize("level", ["repo", "local", "global", "system"])
def test_the_usual_places_are_dvc_s(level: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without DVC's variables the folders are those of the operating system."""
    monkeypatch.setenv("XDG_CONFIG_DIRS", str(tmp_path / "system"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "global"))
    place = {"repo": "p/.dvc/config", "local": "p/.dvc/config.local"}.get(level, f"{level}/dvc/config")
    for path in ("p/.dvc/config", place):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    (tmp_path / place).write_text(S3)
    assert [remote.name for remote in DvcConfig(str(tmp_path / "p/.dvc")).remotes()] == ["store"]
    assert_same(tmp_path / "p/.dvc")


def test_the_usual_place_without_variables_is_dvc_s(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("XDG_CONFIG_DIRS", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    for path, text in {"p/.dvc/config": "", ".config/dvc/config": S3}.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    assert [remote.name for remote in DvcConfig(str(tmp_path / "p/.dvc")).remotes()] == ["store"]
    assert_same(tmp_path / "p/.dvc")


@pytest.mark.parametrize(
    ("url", "seen"),
    [
        ("s3://key:secret@bucket/a?token=1", "s3://bucket/a"),
        ("ssh://ada@example.org:22/x", "ssh://example.org:22/x"),
        ("https://u:p%40@h/x#y", "https://h/x"),
        ("/data/x@y", "/data/x@y"),
        ("s3://a:b@[bad/x", "s3://[bad/x"),
        ("ssh://h/x@y", "ssh://h/x@y"),
    ],
)
def test_what_is_shown_of_an_address_is_no_secret(url: str, seen: str) -> None:
    assert ours.shown(url) == seen


def test_references_that_lead_nowhere(folder: Path) -> None:
    loop = "['remote \"a\"']\nurl = remote://b/x\n['remote \"b\"']\nurl = remote://a/y\n"
    write(folder, {"repo": loop + "['remote \"c\"']\nurl = remote://nobody/y\n"})
    config = DvcConfig(str(folder))
    for name in ("a", "c"):
        with pytest.raises(GitprovError, match="GP-DVC-001"):
            config.remote(name)
    with pytest.raises(GitprovError, match="GP-DVC-003: there is no remote d"):
        config.remote("d")
