"""`gitprov trust propose` and `gitprov trust sign`: the next trust version, and the signatures that it takes."""

from gitprov.check.landed import Gathered
from gitprov.errors import catalogue as codes
from gitprov.governance.state import Rooted, current, history, lacking, look, next_number, versions
from gitprov.governance.wishes import Wish, apply
from gitprov.ids import digest_hex
from gitprov.ports.workplace import Workplace
from gitprov.recording.writing import Outcome, sign_records, stage, write_records
from gitprov.records import Stored, TrustRoot, store
from gitprov.trust.roots import Accepted
from gitprov.trust.words import changes


def propose_version(place: Workplace, wish: Wish, *, dry_run: bool = False) -> Rooted:
    """Writes and signs the next trust version, which follows the one in force, and stages it.

    Raises:
        GitprovError: GP-TRU-006 without a version in force; GP-USE-001 when nothing would change; as `apply` does;
            GP-KEY-*.
    """
    landed, proposed = look(place)
    before = current(proposed.landed.roots, "there is nothing to follow")
    number = next_number(proposed)
    root = apply(wish, before, number, history(landed))
    what = changes(before.root, root)
    if not what:
        raise codes.USE_ARGUMENT.error("nothing would change", fix="gitprov trust propose --help")
    trust = store(root)
    version = Accepted(root, trust.id, 0, 0)
    if dry_run:
        return Rooted(Outcome((trust,), (trust.path,), dry_run=True), version, what)
    with place.worktree.locked("trust propose"):
        outcome = Outcome((trust,), stage(place, write_records(place, [trust])))
    lacks = lacking(look(place)[1], trust.path)
    return Rooted(outcome, version, what, lacks, f'git commit -m "Propose trust version {number}"')


def sign_version(place: Workplace, number: int | None = None, *, dry_run: bool = False) -> Rooted:
    """Signs a trust version with one's own key, which proves that one has it, and stages the signature.

    Args:
        place: The ports.
        number: Which version; the newest that is not in force by default, else the newest.
        dry_run: Write nothing.

    Raises:
        GitprovError: GP-NAM-001 when it is not here; GP-SIG-004 when neither it nor the one that it follows lists the
            key, so that the signature would count for nothing; GP-TRU-006; GP-KEY-*.
    """
    _, proposed = look(place)
    stored, root = _wanted(place, proposed, number)
    version = Accepted(root, stored.id, 0, 0)
    follows = next((one for one in proposed.landed.roots.accepted if one.id == root.follows), None)
    key = place.signer.id
    if key not in version.people and (follows is None or key not in follows.people):
        raise codes.SIG_UNLISTED.error(
            f"your key {digest_hex(key)[:8]} is not listed",
            why=f"neither trust version {root.version} nor the one that it follows counts it",
            fix=f"gitprov keys export > KEYFILE  # then an owner: gitprov trust propose --add {place.person()}=KEYFILE",
        )
    what = changes(follows.root if follows is not None else None, root)
    if dry_run:
        return Rooted(Outcome(known=(stored,), dry_run=True), version, what)
    with place.worktree.locked("trust sign"):
        outcome = Outcome((), stage(place, sign_records(place, stored)), (stored,))
    lacks = lacking(look(place)[1], stored.path)
    then = f'git commit -m "Sign trust version {root.version}"'
    return Rooted(outcome, version, what, lacks, then)


def _wanted(place: Workplace, proposed: Gathered, number: int | None) -> tuple[Stored, TrustRoot]:
    there = versions(proposed)
    if number is None:
        in_force = {one.root.version for one in proposed.landed.roots.accepted}
        number = max(there.keys() - in_force or there, default=0)
    stored = there.get(number)
    if stored is None or not isinstance(stored.record, TrustRoot) or not place.git.index([stored.path]):
        known = ", ".join(map(str, sorted(there)))
        raise codes.NAM_UNKNOWN.error(
            f"trust version {number} is not on this branch",
            why=f"there are: {known}",
            fix="git switch BRANCH",
        )
    return stored, stored.record
