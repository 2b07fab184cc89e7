"""`gitprov trust init`: the first trust version, with one owner, and the settings that it vouches for."""

from collections.abc import Sequence

from gitprov.audit.gather import read_chain
from gitprov.errors import catalogue as codes
from gitprov.governance.settings import govern, settings_of
from gitprov.governance.state import TRUST, Rooted
from gitprov.ids import sha256_of
from gitprov.ids.names import check_name
from gitprov.ports.workplace import Workplace
from gitprov.recording.writing import Outcome, stage, write_records
from gitprov.records import History, Identity, Person, Role, Roles, TrustRoot, store
from gitprov.trust.log import EMPTY, Log
from gitprov.trust.roots import Accepted
from gitprov.trust.words import changes


def begin(
    place: Workplace,
    *,
    person: str | None = None,
    ref: str = "refs/heads/main",
    stage_name: str | None = None,
    approvers: Sequence[str] = (),
    threshold: int = 1,
    dry_run: bool = False,
) -> Rooted:
    """Writes and signs trust version 1, and a governance record for the settings that are there; stages both.

    Args:
        place: The ports.
        person: The owner; who acts by default. Their default key is listed, and made when there is none.
        ref: The protected ref.
        stage_name: A stage whose approvers are not the owners.
        approvers: Who approves there; those who are not the owner are listed without a key.
        threshold: How many of them it takes.
        dry_run: Write nothing.

    Raises:
        GitprovError: GP-TRU-012 when there is a trust root; GP-GIT-008 when the protected ref has no commit here;
            GP-SCH-* for what cannot be recorded; GP-YML-006 for a setting that cannot be understood; GP-KEY-*.
    """
    _refuse_second(place)
    owner = check_name(person or place.person(), "a person")
    tracked = place.git.tracking_ref(ref)
    head = place.git.commit_of(tracked) if tracked is not None else None
    if tracked is None or head is None:
        here = place.git.current_branch() if place.git.head() is not None else None
        raise codes.GIT_NO_COMMIT.error(
            f"{ref} has no commit here",
            fix=f"gitprov trust init --ref refs/heads/{here}"
            if here is not None
            else "git commit -m TEXT  # then run it again",
        )
    people = {name: Person(identities=()) for name in approvers}
    people[owner] = Person(identities=(Identity(key=place.signer.pem),))
    roles = Roles(
        owner=Role(people=(owner,)),
        approver={stage_name: Role(people=tuple(sorted(set(approvers))), threshold=threshold)} if stage_name else {},
    )
    root = TrustRoot(version=1, history=History(size=0, root=EMPTY), ref=ref, people=people, roles=roles)
    trust = store(root)
    chain = read_chain(place.git, tracked, head)
    size, top = Log((step, path, chain.files[path]) for path, step in chain.landed.items()).history_at(chain.head)
    there = {path: sha256_of(data) for path, data in settings_of(place).items()}
    past = History(commit=f"git:{head}", size=size, root=top)
    records = [trust, *([govern(place, {}, there, past, "the settings at the start")] if there else [])]
    version = Accepted(root, trust.id, 0, -1)
    notes = [
        f"{name} has no key yet: gitprov trust propose --add {name}=KEYFILE" for name in sorted(people) if name != owner
    ]
    if dry_run:
        outcome = Outcome(tuple(records), tuple(one.path for one in records), notes=tuple(notes), dry_run=True)
    else:
        with place.worktree.locked("trust init"):
            outcome = Outcome(
                tuple(records), stage(place, [*write_records(place, records), *there]), notes=(version.weakness, *notes)
            )
    return Rooted(outcome, version, changes(None, root), next='git commit -m "Begin the trust root"')


def _refuse_second(place: Workplace) -> None:
    """Refuses to begin where a trust root is in force, or about to be."""
    files = [*(place.git.tree("HEAD", [TRUST]) if place.git.head() else ()), *place.git.index([TRUST])]
    if files:
        raise codes.TRU_EXISTS.error("this project has a trust root", why=f"{files[0]} is there")
