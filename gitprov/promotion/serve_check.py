"""`gitprov serve-check`: whether a folder still holds what was deployed, judged by something from outside of it.

No repository and no network is asked. docs/verification.md, "What is served"; threat A13.
"""

import shlex
from collections.abc import Iterator

from gitprov.errors import Exit, Finding, GitprovError
from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass
from gitprov.ids import Digest, sha256_of
from gitprov.ports.folder import Folder, Measured
from gitprov.ports.progress import Progress
from gitprov.ports.signing import Verifier
from gitprov.records import Deployment, Placed, Stored, TrustRoot, decode, path_of, signature_path
from gitprov.trust.judging import Listed, judge, listed_by
from gitprov.trust.roots import Accepted, key_id
from gitprov.trust.signatures import Signature

MANIFEST = "gitprov-deployment.yaml"
"""The deployment record, beside what it describes."""
SIGNATURE = "gitprov-deployment.sigstore.json"
"""The deployer's signature of it."""
TRUST = "gitprov-trust.yaml"
"""The trust version that was in force, which names the deployers' keys."""
OWN_FILES = (MANIFEST, SIGNATURE, TRUST)


@dataclass(frozen=True, slots=True)
class Expected:
    """What is known from outside of the folder; whatever is given must hold.

    Attributes:
        digest: The id of the deployment record.
        pem: The public key of who deploys.
        pin: The trust version (`NNNN:sha256:…`) that names who deploys.
        stage: NAME/STAGE, so that what the same people deployed for another one will not do.
    """

    digest: str | None = None
    pem: str | None = None
    pin: str | None = None
    stage: str | None = None


@dataclass(frozen=True, slots=True)
class Served:
    """What a folder holds.

    Attributes:
        folder: Its absolute path.
        deployment: The manifest's id; None when there is no manifest that can be read.
        manifest: What it says.
        findings: Everything that is wrong; members are looked at only when the manifest is to be trusted.
    """

    folder: str
    deployment: Digest | None
    manifest: Deployment | None
    findings: tuple[Finding, ...]

    @property
    def exit(self) -> Exit:
        """The exit status that says the same."""
        return Exit.FINDINGS if self.findings else Exit.OK


def serve_check(folder: Folder, verifier: Verifier, expected: Expected, *, progress: Progress | None = None) -> Served:
    """Judges the manifest of a folder by what is expected of it, then every byte of the members by the manifest.

    Raises:
        GitprovError: GP-USE-001 when nothing is expected: a folder cannot vouch for itself; GP-IO-001.
    """
    if expected == Expected(stage=expected.stage):
        raise codes.USE_ARGUMENT.error(
            "say what the folder is judged by: --digest, --key or --pin",
            fix="gitprov serve-check --help",
        )
    try:
        stored, manifest = read_manifest(folder)
    except GitprovError as error:
        fix = f"do not serve it: gitprov deploy {expected.stage or 'NAME/STAGE'} --to {shlex.quote(folder.path)}"
        return Served(folder.path, None, None, (error.code.finding(folder.path, error.what, why=error.why, fix=fix),))
    findings = tuple(_distrust(folder, verifier, expected, stored, manifest))
    return Served(folder.path, stored.id, manifest, findings or tuple(differing(folder, manifest, progress)))


def read_manifest(folder: Folder, name: str = MANIFEST) -> tuple[Stored, Deployment]:
    """Returns the manifest of a folder, which need not be true.

    Raises:
        GitprovError: GP-DEP-005 when there is none, or it is no deployment record in its canonical form.
    """
    data = folder.read(name)
    if data is None:
        raise codes.DEP_MANIFEST.error(f"{folder.path} has no {name}")
    try:
        record = decode(data, name=name)
    except GitprovError as error:
        raise codes.DEP_MANIFEST.error(f"{error.what} (in {folder.path})", why=error.why) from None
    if not isinstance(record, Deployment):
        raise codes.DEP_MANIFEST.error(f"{name} in {folder.path} is no deployment", why=record.schema)
    one = sha256_of(data)
    return Stored(one, path_of(record, one), data, record), record


def deployed_by(folder: Folder, verifier: Verifier, stored: Stored, root: Accepted) -> bool:
    """Tells whether somebody who deploys what the manifest is about, by a trust version, signed it."""
    found = _signature(folder, verifier, stored, listed_by([root.root]))
    record = stored.record
    name = record.name if isinstance(record, Deployment) else None
    return found is not None and root.holder(found) in root.role("deployer", name).people


def _signature(folder: Folder, verifier: Verifier, stored: Stored, listed: Listed) -> Signature | None:
    """Returns the signature in a folder if it is one of the manifest."""
    data = folder.read(SIGNATURE)
    if data is None:
        return None
    path = signature_path(stored.path, data)
    found = judge(path, data, stored, artifacts={}, listed=listed, verifier=verifier)
    return found if found.is_good and found.means == "signs" else None


def differing(folder: Folder, manifest: Deployment, progress: Progress | None) -> Iterator[Finding]:
    """Yields the members whose bytes are not those that were put in place."""
    for role, placed in sorted(manifest.members.items()):
        found = folder.measure(placed.path, progress=progress)
        if not is_placed(found, placed):
            yield codes.DEP_BYTES.finding(
                placed.path,
                f"{placed.path} ({role}) {'is not there' if found is None else 'is not what was deployed'}",
                why=f"deployed was {placed.content}" + (f", there is {found.digest}" if found and found.digest else ""),
                fix="do not serve it: "
                + (f"{put_aside(folder, placed)} && " if found is not None else "")
                + f"gitprov deploy {manifest.name}/{manifest.stage} --to {shlex.quote(folder.path)}",
            )


def put_aside(folder: Folder, placed: Placed) -> str:
    """Returns the command that moves away what is in a member's place, which deploy would not overwrite."""
    path = f"{folder.path}/{placed.path}"
    return f"mv {shlex.quote(path)} {shlex.quote(f'{path}.wrong')}"


def is_placed(found: Measured | None, placed: Placed) -> bool:
    """Tells whether what was found in the place of a member is that member."""
    return found == Measured(placed.content, placed.directory)


def _distrust(
    folder: Folder, verifier: Verifier, expected: Expected, stored: Stored, manifest: Deployment
) -> Iterator[Finding]:
    """Yields what speaks against the manifest."""
    if expected.stage not in (None, f"{manifest.name}/{manifest.stage}"):
        what = f"{MANIFEST} in {folder.path} is a deployment of {manifest.name}/{manifest.stage}"
        yield codes.DEP_MANIFEST.finding(folder.path, what, why=f"expected is {expected.stage}")
    if expected.digest is not None and expected.digest != stored.id:
        what = f"{MANIFEST} in {folder.path} is not the deployment that is expected"
        yield codes.DEP_MANIFEST.finding(folder.path, what, why=f"it is {stored.id}, expected is {expected.digest}")
    if expected.pem is not None:
        key = key_id(expected.pem)
        if _signature(folder, verifier, stored, Listed(keys={key: expected.pem})) is None:
            what = f"{MANIFEST} in {folder.path} is not signed by the key that is expected"
            yield codes.DEP_MANIFEST.finding(folder.path, what, why=f"expected is {key}")
    if expected.pin is not None:
        root = _trusted(folder)
        if root is None or root.pin != expected.pin:
            what = f"{TRUST} in {folder.path} is not the trust version that is expected"
            why = f"it is {root.pin if root else 'none'}, expected is {expected.pin}"
            yield codes.TRU_OTHER.finding(folder.path, what, why=why)
        elif not deployed_by(folder, verifier, stored, root):
            what = f"{MANIFEST} in {folder.path} is signed by no deployer"
            yield codes.DEP_MANIFEST.finding(folder.path, what, why=f"trust version {root.root.version} names them")


def _trusted(folder: Folder) -> Accepted | None:
    data = folder.read(TRUST)
    if data is None:
        return None
    try:
        root = decode(data, name=TRUST)
    except GitprovError:
        return None
    return Accepted(root, sha256_of(data), 0, -1) if isinstance(root, TrustRoot) else None
