"""`gitprov deploy`: what is in effect at a stage, byte for byte, into a folder, with a manifest that says so.

docs/verification.md, "A promotion" and "What is served"; demand 20, threats A03, A09, A13.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from gitprov.audit.in_effect import read_promotions
from gitprov.audit.promotion import Verdict, compare, verdict
from gitprov.audit.trusted import recall, remember
from gitprov.check.effect import Asked, deployments, granted
from gitprov.check.landed import Gathered, Landed
from gitprov.errors import Finding, GitprovError
from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass
from gitprov.governance.state import history
from gitprov.ids.names import folded, path_fault
from gitprov.lineage import Ledger
from gitprov.ports.folder import Folder
from gitprov.ports.memory import Seen
from gitprov.ports.workplace import Workplace
from gitprov.promotion.serve_check import (
    MANIFEST,
    OWN_FILES,
    SIGNATURE,
    TRUST,
    deployed_by,
    differing,
    is_placed,
    put_aside,
    read_manifest,
)
from gitprov.recording.pull import plan_pull, pull
from gitprov.recording.writing import make_signature, stage
from gitprov.records import Content, Deployment, Placed, Release, Stored, signature_path, store
from gitprov.trust.roots import Accepted

WAITING = ".gitprov-waiting"
"""The folder where members wait, whole and compared, for their places."""
NEXT, BEFORE = "gitprov-deployment.next.yaml", "gitprov-deployment.before.yaml"
"""What the manifests are called while one takes the other's place."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be put in place.

    Attributes:
        verdict: The verdict on the stage.
        members: Role to what goes where; nothing when nothing is in effect.
        blocking: What keeps it from being deployed.
        gathered: What landed.
    """

    verdict: Verdict
    members: Mapping[str, Placed]
    blocking: tuple[Finding, ...]
    gathered: Gathered


@dataclass(frozen=True, slots=True)
class Done:
    """What was put in place.

    Attributes:
        deployment: The record; None when something was in the way.
        is_new: Whether it was not in place already.
        staged: Files that changed in the index.
        removed: Paths in the folder that an earlier deployment had put there.
        findings: What was in the way.
    """

    deployment: Stored | None = None
    is_new: bool = False
    staged: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()


def plan_deploy(place: Workplace, name: str, stage: str, *, pin: str | None = None) -> Plan:
    """Judges what is in effect at a stage, and says where its members go.

    Raises:
        GitprovError: GP-DEP-001 at first use without a pin; GP-TRU-006 and -010, GP-GIT-005; GP-PTH-003 for members
            that cannot lie side by side; GP-KEY-*, GP-IO-001.
    """
    gathered = read_promotions(place)
    landed = gathered.landed
    seen = recall(place, landed.roots)
    if pin is None and not place.pins() and not seen.deployed:
        raise codes.DEP_PIN.error(
            f"deploying {name}/{stage} takes a pin of the trust root, from outside of the repository",
            why="no --pin, no GITPROV_PIN, no git config gitprov.pin; and nothing was deployed from here before",
            fix="ask an owner for it (gitprov trust fingerprint): "
            f"gitprov deploy {name}/{stage} --to DIR --pin NNNN:sha256:…",
        )
    found = verdict(place, gathered, name, stage, now=place.clock.now(), known=compare(place, gathered, pin))
    release = _release(landed, found)
    blocking = [*found.blocking, *_refusals(place, landed, found, seen)]
    blocking += _unheld(landed.ledger, release) if release is not None else []
    members = placement(landed.ledger, release) if release is not None and not blocking else {}
    return Plan(found, members, tuple(blocking), gathered)


def deploy(place: Workplace, folder: Folder, plan: Plan) -> Done:
    """Puts a plan that nothing blocks into a folder: the members, then the manifest, then the record.

    Members are restored and compared beside their places first. While they take these, the folder has no manifest, so
    that serve-check refuses what a crash leaves; the same command finishes it. Doing it twice changes nothing.

    Raises:
        GitprovError: GP-PTH-007 when the folder holds another stage; GP-BLB-* when bytes are not the recorded ones;
            GP-IO-*, GP-KEY-*, GP-DVC-*, GP-LCK-001.
    """
    asked = plan.verdict.in_effect
    if asked is None or plan.blocking:
        raise AssertionError("a plan that is blocked is not deployed")
    landed = plan.gathered.landed
    root = landed.roots.accepted[-1]
    with place.worktree.locked(f"deploy {asked.request.name}/{asked.request.stage}"):
        stored, removed = _current(place, folder, plan, asked, root), tuple[str, ...]()
        is_new = stored is None
        if stored is None:
            earlier = _earlier(folder, asked)
            if findings := tuple(_in_the_way(folder, plan.members, earlier)):
                return Done(findings=findings)
            if findings := _bring(place, landed.ledger, plan.members, folder):
                return Done(findings=findings)
            stored = store(_record(place, plan, asked))
            trust = landed.ledger.held[root.id].stored.data
            signature = make_signature(place, stored, {}).data
            removed = _switch(folder, plan.members, earlier, stored, signature=signature, trust=trust)
        for left in (NEXT, BEFORE, WAITING):
            folder.remove(left)
        staged = () if stored.path in landed.chain.landed else _keep(place, folder, stored)
        remember(place, landed.roots, lambda before: _deployed(before, asked))
    return Done(stored, is_new, staged, removed)


def placement(ledger: Ledger, release: Release) -> dict[str, Placed]:
    """Returns where each member goes: under the name of the file that it was recorded as.

    Where two of these clash, or one clashes with a file of ours, or one is no name, all go under their roles.

    Raises:
        GitprovError: GP-PTH-003 when the roles clash, too.
    """
    names = {}
    for role, member in release.members.items():
        run = ledger.runs.get(member.run)
        paths = [made.path for made in run.outputs.values() if made.artifact == member.artifact] if run else []
        names[role] = PurePosixPath(paths[0]).name if paths else role
    if _clash(names.values()):
        names = {role: role for role in names}
        if fault := _clash(names.values()):
            raise codes.PTH_NAME.error(f"the members of {release.name}@v{release.version} cannot be placed", why=fault)
    found = {}
    for role, name in names.items():
        artifact = release.members[role].artifact
        content = ledger.artifacts[artifact].content
        is_directory = isinstance(content, Content) and content.listing is not None
        found[role] = Placed(artifact=artifact, content=content.digest, path=name, directory=is_directory)
    return found


def _clash(names: Iterable[str]) -> str | None:
    seen = {folded(name) for name in (*OWN_FILES, NEXT, BEFORE, WAITING)}
    for name in names:
        if fault := path_fault(name):
            return fault
        if folded(name) in seen:
            return f"two files would be called {name}"
        seen.add(folded(name))
    return None


def _deployed(seen: Seen, asked: Asked) -> Seen:
    about = f"{asked.request.name}/{asked.request.stage}"
    return replace(seen, deployed={**seen.deployed, about: asked.request.sequence})


def _release(landed: Landed, found: Verdict) -> Release | None:
    wanted = found.in_effect.request.release if found.in_effect is not None else None
    return landed.ledger.releases.get(wanted.id) if wanted is not None else None


def _refusals(place: Workplace, landed: Landed, found: Verdict, seen: Seen) -> Iterator[Finding]:
    """Yields what only a deployer asks: something is in effect, it is no step back, and who deploys may."""
    asked, about = found.in_effect, f"{found.name}/{found.stage}"
    if asked is None or asked.request.release is None:
        yield codes.DEP_NOTHING.finding(about, f"{about}: {found.says}", fix=f"gitprov status {about}")
    last = seen.deployed.get(about, 0)
    if asked is not None and asked.is_exception and asked.request.sequence != last:
        yield from _used_up(landed, asked)
    if asked is not None and asked.request.sequence < last:
        what = f"{about}/{asked.request.sequence} is in effect, {about}/{last} was deployed from here before"
        yield codes.DEP_BACK.finding(
            about, what, fix=f"git fetch  # to go back on purpose: gitprov rollback {about} --reason TEXT"
        )
    root = landed.roots.at(landed.chain.head)
    if root is not None:
        person, deployers = root.people.get(place.signer.id), root.role("deployer", found.name).people
        if person not in deployers:
            yield codes.DEP_ROLE.finding(
                about,
                f"{person or 'whose key this is'} does not deploy",
                why=f"trust version {root.root.version} names {', '.join(deployers)}",
                fix=f"{root.says_who('deployer', found.name)} --role deployer="
                + ",".join([*deployers, person or "PERSON"]),
            )


def _used_up(landed: Landed, asked: Asked) -> Iterator[Finding]:
    """Yields what is wrong when every exception for a request has served for a deployment that landed."""
    used, head = deployments(landed, asked.id), landed.chain.head
    if len(used) >= len(granted(landed, asked.id, head, head)):
        where = ", ".join(f"{', '.join(one.people)} at {one.record.observed_at}" for one in used)
        yield codes.PRO_OVER.finding(
            asked.held.stored.path,
            f"the exception by which {asked.request.label} took effect is used up",
            why=f"an exception serves for one deployment; deployed by {where}",
            fix=f"gitprov exception {asked.request.label} --waive gates --reason TEXT",
        )


def _unheld(ledger: Ledger, release: Release) -> Iterator[Finding]:
    for role, member in release.members.items():
        if not isinstance(ledger.artifacts[member.artifact].content, Content):
            what = f"the bytes of {role} ({ledger.short(member.artifact)}) were never had, so they cannot be deployed"
            yield codes.BLB_UNVERIFIED.finding(role, what)


def _current(place: Workplace, folder: Folder, plan: Plan, asked: Asked, root: Accepted) -> Stored | None:
    """Returns the manifest of a folder that has everything already, signed by a deployer of today's trust version."""
    try:
        stored, manifest = read_manifest(folder)
    except GitprovError:
        return None
    request = asked.request
    here = (manifest.project, manifest.request, manifest.release, manifest.members)
    if here != (request.project, asked.id, request.release, plan.members):
        return None
    trust = plan.gathered.landed.ledger.held[root.id].stored.data
    signed = deployed_by(folder, place.verifier, stored, root)
    whole = signed and folder.read(TRUST) == trust and not any(differing(folder, manifest, place.progress))
    return stored if whole else None


def _earlier(folder: Folder, asked: Asked) -> list[Placed]:
    """Returns what earlier deployments, one of which may have been interrupted, have put into a folder.

    Raises:
        GitprovError: GP-PTH-007 when they are of another stage.
    """
    found: list[Placed] = []
    for name in (MANIFEST, BEFORE, NEXT):
        try:
            _, manifest = read_manifest(folder, name)
        except GitprovError:
            continue  # what such a manifest describes is not ours, and is not touched
        if (manifest.name, manifest.stage) != (asked.request.name, asked.request.stage):
            raise codes.PTH_OVERWRITE.error(
                f"{folder.path} has a deployment of {manifest.name}/{manifest.stage}", fix="name another folder"
            )
        found += manifest.members.values()
    return found


def _in_the_way(folder: Folder, members: Mapping[str, Placed], earlier: Sequence[Placed]) -> Iterator[Finding]:
    """Yields what stands in the place of a member and was put there by no deployment, or changed since."""
    for role, placed in sorted(members.items()):
        found = folder.measure(placed.path)
        known = [placed, *(one for one in earlier if one.path == placed.path)]
        if found is not None and not any(is_placed(found, one) for one in known):
            yield codes.PTH_OVERWRITE.finding(
                placed.path,
                f"{folder.path}/{placed.path} is in the way of {role}",
                why="no deployment put it there, or it was changed since",
                fix=f"{put_aside(folder, placed)}, then run it again; or name another folder",
            )


def _bring(place: Workplace, ledger: Ledger, members: Mapping[str, Placed], folder: Folder) -> tuple[Finding, ...]:
    """Pulls the members and restores them beside their places; returns what is wrong with them."""
    artifacts = list(dict.fromkeys(placed.artifact for placed in members.values()))
    pulled = pull(place, ledger, plan_pull(place, ledger, artifacts))
    if pulled.findings:
        return pulled.findings
    folder.remove(WAITING)
    for placed in members.values():
        content = ledger.artifacts[placed.artifact].content
        if isinstance(content, Content):
            place.cache.restore(content, f"{folder.path}/{WAITING}/{placed.path}", progress=place.progress)
    waiting = {role: replace(placed, path=f"{WAITING}/{placed.path}") for role, placed in members.items()}
    return tuple(
        codes.BLB_MISMATCH.finding(placed.path, f"{role} is not what was recorded", why=f"recorded is {placed.content}")
        for role, placed in waiting.items()
        if not is_placed(folder.measure(placed.path, progress=place.progress), placed)
    )


def _record(place: Workplace, plan: Plan, asked: Asked) -> Deployment:
    request = asked.request
    if request.release is None:
        raise AssertionError("a withdrawal is not deployed")
    return Deployment(
        project=request.project,
        name=request.name,
        stage=request.stage,
        request=asked.id,
        release=request.release,
        members=plan.members,
        observed_at=place.clock.now(),
        history=history(plan.gathered),
    )


def _switch(
    folder: Folder,
    members: Mapping[str, Placed],
    earlier: Sequence[Placed],
    stored: Stored,
    *,
    signature: bytes,
    trust: bytes,
) -> tuple[str, ...]:
    """Lets members and manifest take their places, and removes what earlier deployments left; returns that."""
    folder.write(NEXT, stored.data)
    if folder.read(MANIFEST) is not None:
        folder.move(MANIFEST, BEFORE)
    for placed in members.values():
        if not is_placed(folder.measure(placed.path), placed):
            folder.move(placed.path, f"{WAITING}/{BEFORE}")
            folder.move(f"{WAITING}/{placed.path}", placed.path)
            folder.remove(f"{WAITING}/{BEFORE}")
    kept = {placed.path for placed in members.values()}
    removed = [one.path for one in earlier if one.path not in kept and is_placed(folder.measure(one.path), one)]
    for path in removed:
        folder.remove(path)
    folder.write(TRUST, trust)
    folder.write(SIGNATURE, signature)
    folder.move(NEXT, MANIFEST)
    return tuple(sorted(set(removed)))


def _keep(place: Workplace, folder: Folder, stored: Stored) -> tuple[str, ...]:
    """Writes the record of what a folder has, with its signature, and stages both."""
    signature = folder.read(SIGNATURE) or b""
    files = {stored.path: stored.data, signature_path(stored.path, signature): signature}
    for path, data in files.items():
        place.worktree.write_new(path, data)
    return stage(place, list(files))
