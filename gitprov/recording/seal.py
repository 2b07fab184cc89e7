"""`gitprov seal`: makes the next release of a name, if all that decides its behaviour resolves (demand 6)."""

from collections.abc import Collection, Mapping
from dataclasses import field

from gitprov.errors import Finding, GitprovError
from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass
from gitprov.ids import Digest, digest_hex, sha256_of
from gitprov.ids.names import check_name
from gitprov.ids.recipes import UNKNOWN
from gitprov.lineage import Ledger
from gitprov.lineage.deprecations import warnings
from gitprov.lineage.layers import MadeBy, choose, layers_of, other_runs
from gitprov.lineage.unverified import known_by, way_out
from gitprov.ports.blobs import Object
from gitprov.ports.workplace import Workplace
from gitprov.recording.code import copied_objects, resolve_code
from gitprov.recording.naming import find
from gitprov.recording.secrets import secrets_in
from gitprov.recording.sources import STEP
from gitprov.recording.writing import Outcome, stage, write_records
from gitprov.records import Artifact, Content, Member, Release, Run, Stored, set_digest, store

MODEL = "model"


@dataclass(frozen=True, slots=True)
class Sealed:
    """What sealing gave: the outcome, or the findings that stand in the way."""

    outcome: Outcome
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Prepared:
    """A release as it would be sealed.

    Attributes:
        release: The record; None when there are findings, or the set is sealed already.
        known: The release that has the same set already.
        findings: What is missing.
        chosen: Role to artifact.
    """

    release: Stored | None
    known: Digest | None = None
    findings: tuple[Finding, ...] = ()
    chosen: Mapping[str, Digest] = field(default_factory=dict)


def seal(
    place: Workplace,
    ledger: Ledger,
    name: str,
    *,
    members: Mapping[str, str] | None = None,
    owner: str | None = None,
    dry_run: bool = False,
) -> Sealed:
    """Makes release n+1 of a name and stages it, or returns everything that is missing.

    Args:
        place: The ports.
        ledger: What is recorded.
        name: The name.
        members: Role to artifact, in place of or besides the members of the catalog entry.
        owner: Who owns the name; written to the catalog where it has no owner.
        dry_run: Write nothing.

    Raises:
        GitprovError: GP-NAM-* for a member; GP-SEA-003 when this set is sealed already; GP-SEA-004 when another took
            the number meanwhile; GP-IO-002, GP-DVC-* when the
            remote cannot be asked.
    """
    prepared = prepare(place, ledger, name, members=members, owner=owner)
    if prepared.known is not None:
        same = f"{name}@v{ledger.releases[prepared.known].version}"
        raise codes.SEA_SAME.error(f"{same} is this set already", fix=f"gitprov show {same}")
    if prepared.release is None:
        return Sealed(Outcome(dry_run=dry_run), prepared.findings)
    release = prepared.release
    notes = warnings(ledger, prepared.chosen.values())
    if dry_run:
        return Sealed(Outcome((release,), (release.path,), notes=notes, dry_run=True))
    files = []
    with place.worktree.locked(f"seal {name}"):
        entry = place.settings.catalog(name)
        _refuse_taken(place, release)
        if owner is not None and (entry is None or entry.owner in (None, owner)):  # its file may wait to be staged
            files.append(place.settings.set_owner(name, owner, kind=_kind(ledger, prepared.chosen)))
        files += write_records(place, [release], ledger.artifacts)
        return Sealed(Outcome((release,), stage(place, files), notes=notes))


def _refuse_taken(place: Workplace, release: Stored) -> None:
    """Refuses a version that somebody else has made since the records were read. The lock must be held."""
    there = place.worktree.read(release.path)
    if there is not None and there != release.data:
        raise codes.SEA_TAKEN.error(
            f"{release.path} was made meanwhile, of another set", why="two people sealed at the same time"
        )


def prepare(
    place: Workplace,
    ledger: Ledger,
    name: str,
    *,
    members: Mapping[str, str] | None = None,
    owner: str | None = None,
    taken: Collection[int] = (),
) -> Prepared:
    """Returns the next release of a name as `seal` would make it, and writes nothing.

    Args:
        place: The ports.
        ledger: What is recorded.
        name: The name.
        members: Role to artifact, in place of or besides the members of the catalog entry.
        owner: Who owns the name, where the catalog does not say.
        taken: Versions that others have used, besides those in the ledger.

    Raises:
        GitprovError: As `seal` does, but for GP-SEA-003.
    """
    check_name(name, "a release's name")
    if owner is not None:
        check_name(owner, "a person")
    entry = place.settings.catalog(name)
    wanted = dict(entry.members or {}) if entry is not None else {}
    wanted |= members or {}
    chosen = {role: _artifact(place, ledger, text) for role, text in (wanted or {MODEL: name}).items()}
    findings: list[Finding] = []
    if owner is None and (entry is None or entry.owner is None):
        findings.append(
            codes.SEA_OWNER.finding(name, f"{name} has no owner", fix=f"gitprov seal {name} --owner PERSON")
        )
    runs = {role: ledger.makers(one) for role, one in chosen.items()}
    findings += [
        codes.SEA_MISSING.finding(
            name, f"no run is recorded that made {role}", why=f"artifact id:{digest_hex(chosen[role])[:8]}"
        )
        for role, made in runs.items()
        if not made
    ]
    release_members = {role: Member(artifact=one, run=runs[role][-1]) for role, one in chosen.items() if runs[role]}
    made_by = choose(ledger, release_members)
    findings += unresolved(place, ledger, release_members, made_by)
    findings += secrets_in(place, [ledger.artifacts[one] for one in dict.fromkeys(chosen.values())])
    if findings:
        return Prepared(None, findings=tuple(findings))
    digest = set_digest(release_members)
    before = ledger.releases_of(name)
    for one in before.values():
        if ledger.releases[one].set_ == digest:
            return Prepared(None, known=one)
    release = Release(
        name=name,
        version=max([*before, *taken], default=0) + 1,
        set_=digest,
        members=release_members,
        layers=layers_of(ledger, made_by, release_members),
        runs=other_runs(made_by, release_members),
    )
    return Prepared(store(release), chosen=chosen)


def unresolved(place: Workplace, ledger: Ledger, members: Mapping[str, Member], made_by: MadeBy) -> list[Finding]:
    """Returns what of the four layers of a set does not resolve, each with the command that mends it."""
    findings: list[Finding] = []
    chosen = {member.artifact for member in members.values()}
    findings += [
        codes.SEA_MISSING.finding(
            ledger.artifacts[one].name,
            f"no run is recorded that made {ledger.artifacts[one].name} id:{digest_hex(one)[:8]}",
            fix="fetch the branch that has it, or make it again: gitprov run",
        )
        for one, run in made_by.items()
        if run is None
    ]
    needed = [one for one in made_by if one in chosen or ledger.artifacts[one].recipe.is_source]
    findings += _bytes(place, ledger, needed, members=chosen)
    for one in dict.fromkeys(run for run in made_by.values() if run is not None):
        run = ledger.runs[one]
        if run.step != STEP or run.command is not None:
            findings += _code(place, run, one) + _environment(place, run, one)
    return findings


def _bytes(place: Workplace, ledger: Ledger, artifacts: list[Digest], *, members: set[Digest]) -> list[Finding]:
    """Layers data and artifacts: every content is known by its bytes, and these are in the remote."""
    findings: list[Finding] = []
    objects: dict[Digest, list[Object]] = {}
    words = {
        one: f"{'artifacts' if one in members else 'data'}: {ledger.artifacts[one].name} id:{digest_hex(one)[:8]}"
        for one in artifacts
    }
    for one in artifacts:
        artifact = ledger.artifacts[one]
        if not isinstance(artifact.content, Content):
            if artifact.content.reference.assurance == "asserted":
                what = f"{words[one]} is known by its {known_by(artifact.content)} only"
                fix = way_out(artifact.content)
                findings.append(codes.BLB_UNVERIFIED.finding(artifact.name, what, fix=fix))
            continue
        try:
            objects[one] = place.cache.objects(artifact.content)
        except GitprovError as error:
            if error.code is not codes.BLB_MISSING:
                raise
            fix = f"gitprov pull {artifact.name}"
            findings.append(codes.BLB_MISSING.finding(artifact.name, f"{words[one]}: {error.what}", fix=fix))
    lacking = set(place.remote.missing(list(dict.fromkeys(item for items in objects.values() for item in items))))
    for one, items in objects.items():
        missing = [item for item in items if item in lacking]
        if missing:
            what = f"{words[one]}: the remote lacks {sum(item.size for item in missing)} bytes of it"
            findings.append(
                codes.BLB_MISSING.finding(
                    ledger.artifacts[one].name, what, why=f"remote {place.remote.name}", fix="gitprov push"
                )
            )
    return findings


def _code(place: Workplace, run: Run, one: Digest) -> list[Finding]:
    subject = f"run {run.step} id:{digest_hex(one)[:8]}"
    if run.code is None or run.code.digest == UNKNOWN:
        return [
            codes.LIN_CODE.finding(subject, f"code: nobody knows the code of {subject}", fix=f"gitprov run {run.step}")
        ]
    how = resolve_code(place.git, place.cache, run)
    if how is None:
        return [codes.LIN_CODE.finding(subject, f"code: {run.code.digest[:19]} of {subject} does not resolve")]
    if how == "stored" and run.code.listing is not None:
        missing = place.remote.missing(copied_objects(place.cache, run.code.listing))
        if missing:
            return [
                codes.LIN_CODE.finding(
                    subject,
                    f"code: no commit has the code of {subject} and its copy is not in the remote",
                    fix="gitprov push",
                )
            ]
    return []


def _environment(place: Workplace, run: Run, one: Digest) -> list[Finding]:
    subject = f"run {run.step} id:{digest_hex(one)[:8]}"
    environment = run.environment
    if environment is None or not (environment.locks or environment.container):
        return [
            codes.SEA_MISSING.finding(
                subject,
                f"environment: {subject} has neither a lock file nor a container",
                why="the installed packages were observed only"
                if environment and environment.packages
                else "nobody knows it",
                fix="pip freeze > requirements.txt (or --container IMAGE@sha256:DIGEST), and run again",
            )
        ]
    return [
        codes.SEA_MISSING.finding(
            subject,
            f"environment: the lock file {lock.path} of {subject} is in no commit",
            fix=f"git add {lock.path} && git commit -m TEXT  # or run again with the lock file that is committed",
        )
        for lock in environment.locks or ()
        if not _lock_resolves(place, lock.path, lock.sha256, run)
    ]


def _lock_resolves(place: Workplace, path: str, digest: Digest, run: Run) -> bool:
    """Tells whether git has the bytes of a lock file: in the index, in HEAD, or in the run's commit."""
    commits = ["HEAD", *([run.code.commit.removeprefix("git:")] if run.code is not None and run.code.commit else [])]
    oids = {place.git.index([path]).get(path)}
    oids |= {place.git.tree(commit, [path]).get(path) for commit in commits if place.git.commit_of(commit)}
    found = [entry.oid for entry in oids if entry is not None]
    return any(sha256_of(data) == digest for _, data in place.git.blobs(found))


def _artifact(place: Workplace, ledger: Ledger, text: str) -> Digest:
    target = find(ledger, text, place.git, place.worktree, place.cache)
    if not isinstance(ledger.held[target.id].stored.record, Artifact):
        raise codes.NAM_UNKNOWN.error(f"{text} is not an artifact", fix="name an artifact: NAME or id:PREFIX")
    if ledger.held[target.id].state == "draft":
        raise codes.NAM_UNKNOWN.error(f"{text} is still a draft", fix="gitprov keep")
    return target.id


def _kind(ledger: Ledger, chosen: Mapping[str, Digest]) -> str:
    return ledger.artifacts[chosen.get(MODEL, next(iter(chosen.values())))].kind
