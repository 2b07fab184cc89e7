"""The contract of `ports.blobs.Remote`, over every kind of remote."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from gitprov.adapters.blobs import DvcCache, open_remote
from gitprov.adapters.dvc.config import RemoteConfig
from gitprov.errors import GitprovError
from gitprov.ids import md5_of, sha256_of
from gitprov.ports.blobs import Fault, Object
from gitprov.records import Content
from tests.adapters.blobs.clone import Clone, contents
from tests.adapters.blobs.progress import Bar
from tests.real.fixtures import FARS
from tests.real.remotes import Far
from tests.real.servers import S3, free_port

every_remote = pytest.mark.parametrize("far", FARS, indirect=True)


def shared(clone: Clone, far: Far) -> tuple[DvcCache, Content, list[Object]]:
    """Makes a directory, keeps it and uploads it."""
    clone.tree()
    cache = clone.cache()
    content = cache.snapshot("data").content
    items = cache.objects(content)
    sent = far.open(cache).upload(items)
    assert (sent.objects, sent.present, sent.faults) == (len(items), 0, ())
    return cache, content, items


def arrive(clone: Clone, far: Far, content: Content) -> DvcCache:
    """Downloads a directory as a pull does: its listing, then what that names, then what the links tell."""
    cache = clone.cache()
    remote = far.open(cache)
    assert content.listing
    remote.download([Object(content.listing.md5, content.listing.size, content.digest)])
    for _ in range(2):
        assert not remote.download(cache.objects(content)).faults
    return cache


@every_remote
def test_round_trip(clone: Clone, other: Clone, far: Far) -> None:
    _, content, items = shared(clone, far)
    assert far.files().keys() == {far.at(item) for item in items}
    cache = arrive(other, far, content)
    assert cache.objects(content) == items
    assert not cache.faults(items)
    cache.restore(content, "data")
    assert contents(other.root / "data") == contents(clone.root / "data")


@every_remote
def test_what_is_there_is_not_moved_again(clone: Clone, other: Clone, far: Far) -> None:
    cache, content, items = shared(clone, far)
    assert far.open(cache).missing(items) == []
    again = far.open(cache).upload([*items, *items])
    assert (again.objects, again.bytes, again.present) == (0, 0, len(items))
    cache = arrive(other, far, content)
    again = far.open(cache).download(items)
    assert (again.objects, again.bytes, again.present) == (0, 0, len(items))


@every_remote
@pytest.mark.parametrize("spread", ["one folder", "all folders"])
def test_many_objects(clone: Clone, other: Clone, far: Far, spread: str) -> None:
    """Presence is asked one by one or by listing, whichever is cheaper: the answer must be the same."""
    data = (f"{number}".encode() for number in range(40_000))
    found = [one for one in data if spread == "all folders" or md5_of(one)[4:6] == "00"][:40]
    cache = clone.cache()
    items = [cache.put(one) for one in found]
    remote = far.open(cache)
    assert remote.missing(items) == items
    remote.upload(items[1:-1])
    assert remote.missing(items) == [items[0], items[-1]]
    assert remote.missing(items[:2]) == [items[0]]
    assert far.open(other.cache()).download(items[1:-1]).objects == len(items) - 2


@every_remote
def test_a_flipped_byte_never_enters_the_cache(clone: Clone, other: Clone, far: Far) -> None:
    """DVC delivers it (research: rc 0, wrong content); here it is a fault, and the evidence stays."""
    _, content, items = shared(clone, far)
    victim = next(item for item in items if item.size > 1000)
    good = far.files()[far.at(victim)]
    evil = bytes([good[0] ^ 1]) + good[1:]
    far.write(far.at(victim), evil)
    cache = other.cache()
    remote = far.open(cache)
    result = remote.download(items)
    assert result.faults == (Fault(victim, remote.name, "mismatch"),)
    assert result.objects == len(items) - 1
    assert cache.missing(items) == [victim]
    assert far.files()[far.at(victim)] == evil
    [evidence] = (other.cache_folder / "gitprov" / "quarantine").iterdir()
    assert evidence.read_bytes() == evil
    assert remote.faults(items) == [Fault(victim, remote.name, "mismatch")]
    with pytest.raises(GitprovError, match="GP-BLB-002"):
        cache.restore(content, "data")


@every_remote
def test_what_is_wrong_in_the_remote_is_mended_on_demand(clone: Clone, far: Far) -> None:
    cache, _, items = shared(clone, far)
    victim = next(item for item in items if item.size > 1000)
    good = far.files()[far.at(victim)]
    evil = bytes([good[0] ^ 1]) + good[1:]
    far.write(far.at(victim), evil)
    remote = far.open(cache)
    assert remote.upload(items).objects == 0
    assert remote.upload(items, repair=True).objects == 1
    files = far.files()
    assert files[far.at(victim)] == good
    assert [data for name, data in files.items() if "quarantine" in name] == [evil]
    assert not remote.faults(items)


@every_remote
def test_half_an_object_is_missing_and_is_sent_again(clone: Clone, other: Clone, far: Far) -> None:
    cache, _, items = shared(clone, far)
    victim = next(item for item in items if item.size > 1000)
    good = far.files()[far.at(victim)]
    far.write(far.at(victim), good[:500])
    assert far.open(cache).missing(items) == [victim]
    remote = far.open(other.cache())
    assert remote.download([victim]).faults == (Fault(victim, remote.name, "mismatch"),)
    assert far.open(cache).upload(items).objects == 1
    assert far.files()[far.at(victim)] == good
    assert [data for name, data in far.files().items() if "quarantine" in name] == [good[:500]]


@every_remote
def test_what_the_remote_lacks_is_a_fault(clone: Clone, other: Clone, far: Far) -> None:
    _, _, items = shared(clone, far)
    victim = next(item for item in items if item.size > 1000)
    far.delete(far.at(victim))
    remote = far.open(other.cache())
    assert remote.download(items).faults == (Fault(victim, remote.name, "missing"),)
    assert remote.faults(items) == [Fault(victim, remote.name, "missing")]


@every_remote
def test_wrong_bytes_in_the_cache_are_not_sent(clone: Clone, far: Far) -> None:
    clone.tree()
    cache = clone.cache()
    items = cache.objects(cache.snapshot("data").content)
    data = (clone.root / "data" / "sub" / "b.bin").read_bytes()
    clone.object(data).chmod(0o644)
    clone.object(data).write_bytes(b"\1" + data[1:])
    clone.object(b"1,2\n").unlink()
    result = far.open(cache).upload(items)
    wrong = {fault.object.md5: (fault.problem, fault.where) for fault in result.faults}
    assert wrong == {md5_of(data): ("mismatch", "the DVC cache"), md5_of(b"1,2\n"): ("missing", "the DVC cache")}
    assert not [name for name in far.files() if name.endswith(".dir")], "a .dir promises that its members are there"
    assert len(far.files()) == len(items) - 3


@every_remote
def test_objects_known_by_md5_only(clone: Clone, other: Clone, far: Far) -> None:
    """A stored listing of code is found by its MD5; so is a `.dir` before the links are there."""
    cache = clone.cache()
    item = cache.put(b"a listing of code\n")._replace(sha256=None)
    assert far.open(cache).upload([item]).objects == 1
    assert far.open(other.cache()).download([item]).objects == 1
    assert other.cache().read(item) == b"a listing of code\n"
    far.write(far.at(item), b"A LISTING OF CODE\n")
    other.object(b"a listing of code\n").unlink()
    assert far.open(other.cache()).download([item]).faults[0].problem == "mismatch"


@every_remote
def test_progress_ends_at_the_total(clone: Clone, other: Clone, far: Far) -> None:
    clone.tree()
    cache = clone.cache()
    content = cache.snapshot("data").content
    items = cache.objects(content)
    bar = Bar()
    far.open(cache).upload(items, progress=bar)
    assert bar.finished
    far.open(other.cache()).download(items, progress=bar)
    assert bar.finished
    far.open(cache).faults(items, progress=bar)
    assert bar.finished


UPLOAD = """
import sys
from gitprov.adapters.blobs import DvcCache, open_remote
from gitprov.adapters.dvc.config import RemoteConfig
from gitprov.records import Blob, Content
cache = DvcCache(*sys.argv[1:4])
remote = open_remote(eval(sys.argv[4]), cache)
items = cache.objects(eval(sys.argv[5]))
print("go", flush=True)
remote.upload(items)
"""


@every_remote
def test_a_killed_upload_leaves_whole_objects_and_is_finished_later(clone: Clone, far: Far) -> None:
    for number in range(80):
        clone.write(f"data/{number}", os.urandom(20_000))
    cache = clone.cache()
    content = cache.snapshot("data").content
    items = {far.at(item): item for item in cache.objects(content)}
    child = subprocess.Popen(
        [sys.executable, "-c", UPLOAD, clone.root, clone.cache_folder, clone.state, repr(far.config), repr(content)],
        stdout=subprocess.PIPE,
    )
    assert child.stdout
    child.stdout.readline()
    try:
        child.wait(0.15)
    except subprocess.TimeoutExpired:
        child.send_signal(signal.SIGKILL)
        child.wait()
    child.stdout.close()
    for name, data in far.files().items():
        assert name not in items or sha256_of(data) == items[name].sha256
    result = far.open(cache).upload(list(items.values()))
    assert not result.faults
    assert result.objects + result.present == len(items)
    assert not far.open(cache).faults(list(items.values()))


@pytest.mark.remotes
@pytest.mark.parametrize("far", FARS[1:], indirect=True)
def test_a_download_that_breaks_off_does_not_count(clone: Clone, other: Clone, far: Far) -> None:
    _, _, items = shared(clone, far)
    remote = far.open(other.cache())
    store = remote._fs  # type: ignore[attr-defined]
    whole = store.get_file

    def broken(path: str, file: str, **options: object) -> None:
        whole(path, file, **options)
        os.truncate(file, os.stat(file).st_size // 2)

    store.get_file = broken
    victims = [item for item in items if item.size > 1]
    assert {fault.object for fault in remote.download(items).faults} == set(victims)
    assert other.cache().missing(items) == victims
    store.get_file = whole
    assert remote.download(items).objects == len(victims)


@pytest.mark.remotes
@pytest.mark.parametrize("far", FARS[1:], indirect=True)
def test_an_upload_that_arrives_damaged_is_seen(clone: Clone, far: Far) -> None:
    """What was sent is read back before it counts."""
    cache = clone.cache()
    items = [cache.put(b"first object"), cache.put(b"second object")]
    remote = far.open(cache)
    store = remote._fs  # type: ignore[attr-defined]
    whole = store.put_file

    def broken(file: str, path: str, **options: object) -> None:
        damaged = Path(f"{clone.root}/damaged")
        damaged.write_bytes(Path(file).read_bytes().replace(b"first", b"worst"))
        whole(str(damaged), path, **options)

    store.put_file, store_jobs = broken, store.jobs
    store.jobs = 1
    result = remote.upload(items)
    assert result.faults == (Fault(items[0], remote.name, "mismatch"),)
    assert result.objects == 1
    assert remote.missing(items) == [items[0]]
    store.put_file, store.jobs = whole, store_jobs
    assert remote.upload(items).objects == 1


@pytest.mark.remotes
def test_who_cannot_be_reached(clone: Clone, s3: S3) -> None:
    item = clone.cache().put(b"bytes")
    closed = f"127.0.0.1:{free_port()}"
    for config in (
        RemoteConfig("far", "s3://team/x", s3.options | {"endpointurl": f"http://{closed}"}),
        RemoteConfig("far", f"ssh://{closed}/x", {"user": "ada"}),
    ):
        with pytest.raises(GitprovError) as error:
            open_remote(config, clone.cache()).missing([item])
        assert error.value.code.id == "GP-IO-002"
        assert "far" in error.value.what
    with pytest.raises(GitprovError, match="GP-IO-002"):
        open_remote(RemoteConfig("far", "s3://no-such-bucket/x", s3.options), clone.cache()).upload([item])


def test_a_folder_that_is_not_there(clone: Clone, tmp_path: Path) -> None:
    """An unmounted disk is no empty remote."""
    cache = clone.cache()
    item = cache.put(b"bytes")
    remote = open_remote(RemoteConfig("far", str(tmp_path / "mount"), {}), cache)
    assert remote.missing([item]) == [item]
    with pytest.raises(GitprovError, match="GP-IO-002"):
        remote.faults([item])
    clone.object(b"bytes").unlink()
    with pytest.raises(GitprovError, match="GP-IO-002"):
        remote.download([item])


def test_the_name_has_no_secrets(clone: Clone) -> None:
    config = RemoteConfig("far", "ssh://ada:secret@example.org/data", {})
    assert open_remote(config, clone.cache()).name == "far (ssh://example.org/data)"


@pytest.mark.parametrize(
    ("hidden", "url", "code", "fix"),
    [
        ("dvc", "s3://team/x", "GP-DVC-004", "pip install dvc"),
        ("dvc_s3", "s3://team/x", "GP-DVC-002", "pip install 'gitprov[s3]'"),
        ("dvc_ssh", "ssh://host/x", "GP-DVC-002", "pip install 'gitprov[ssh]'"),
        ("dvc_gs", "gs://team/x", "GP-DVC-002", "pip install 'gitprov[gs]'"),
        ("dvc_azure", "azure://team/x", "GP-DVC-002", "pip install 'gitprov[azure]'"),
        ("dvc_oss", "oss://team/x", "GP-DVC-002", "pip install 'dvc[oss]'"),
    ],
)
def test_what_is_not_installed_is_named(clone: Clone, hidden: str, url: str, code: str, fix: str) -> None:
    script = f"""
import sys
sys.modules[{hidden!r}] = None
from gitprov.adapters.blobs import DvcCache, open_remote
from gitprov.adapters.dvc.config import RemoteConfig
from gitprov.errors import GitprovError
try:
    open_remote(RemoteConfig("far", {url!r}, {{}}), DvcCache("/", "/cache", "/state"))
except GitprovError as error:
    print(error.code.id, error.fix, sep="|")
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=clone.root, capture_output=True, text=True, check=True)
    assert done.stdout == f"{code}|{fix}\n", done.stderr


def test_what_was_never_installed_is_named(clone: Clone) -> None:
    """In a process of its own nobody sees which codes were raised; no test needs this plug-in."""
    with pytest.raises(GitprovError, match="GP-DVC-002"):
        open_remote(RemoteConfig("far", "oss://team/x", {}), clone.cache())


def test_a_folder_needs_no_dvc(clone: Clone, tmp_path: Path) -> None:
    """`import dvc` costs half a second."""
    script = f"""
import sys
from gitprov.adapters.blobs import DvcCache, open_remote
from gitprov.adapters.dvc.config import RemoteConfig
cache = DvcCache({str(clone.root)!r}, {str(clone.cache_folder)!r}, {str(clone.state)!r})
item = cache.put(b"bytes")
open_remote(RemoteConfig("far", {str(tmp_path / "far")!r}, {{}}), cache).upload([item])
names = {{name.partition(".")[0] for name in sys.modules}}
print(*sorted(names & {{"dvc", "dvc_objects", "fsspec", "asyncio", "ssl"}}))
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=clone.root, capture_output=True, text=True, check=True)
    assert done.stdout == "\n"
