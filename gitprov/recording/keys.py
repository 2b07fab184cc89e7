"""`gitprov keys`: what signs, and what the trust root says of it."""

import shlex
from collections.abc import Callable, Mapping
from dataclasses import replace

from gitprov.check.landed import Landed
from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass
from gitprov.ids import digest_hex
from gitprov.ports.signing import Key, Keys
from gitprov.ports.workplace import Workplace
from gitprov.records.roots import is_ed25519
from gitprov.trust.bundles import is_only_form
from gitprov.trust.roots import Accepted
from gitprov.trust.ssh import allowed_signers, ssh_key

_TRIAL = b"gitprov keys use: does this key sign?\n"  # no statement, no log head, and no commit
_ALLOWED = "allowed_signers"


@dataclass(frozen=True, slots=True)
class Used:
    """What signs from now on, or would.

    Attributes:
        key: The key.
        settings: What git's configuration of this repository says now.
        person: Whom the trust version in force counts it for; None for nobody, or where that shows when it signs.
        listed: What the trust root says of it, in words.
        fix: How it comes to be listed; "" when it is, or when only signing shows who signs.
        notes: What a person should know, one sentence each.
        dry_run: Whether nothing was written.
    """

    key: Key
    settings: Mapping[str, str]
    person: str | None
    listed: str
    fix: str
    notes: tuple[str, ...]
    dry_run: bool


def exported(keys: Keys, name: str | None = None) -> Key:
    """Returns a key, by default what signs, with its public half, or with whom certificates name.

    The default key is made when there is none; a certificate is asked for to see whom it names.

    Raises:
        GitprovError: As `Keys` does.
    """
    key = keys.find(name)
    if key.pem is not None:
        return key
    signer = keys.signer(name)
    return replace(key, id=signer.id, identity=signer.identity.identity, issuer=signer.identity.issuer)


def use(
    place: Workplace, name: str, *, landed: Callable[[], Landed | None], commits: bool = False, dry_run: bool = False
) -> Used:
    """Lets a key sign from now on in this repository, after it has shown that it does.

    Nobody is asked for a certificate to try it: a log would keep that for ever.

    Args:
        place: The ports.
        name: The key: a name, `ssh-agent`, `kms:…`, `sigstore`.
        landed: Returns what landed on the protected ref, None without a trust root.
        commits: Let git sign commits with the key, too, and check them by the trust root.
        dry_run: Write nothing, and ask only a key that signs the same each time for a signature.

    Raises:
        GitprovError: GP-KEY-*; with `commits` GP-USE-001 for a key that git cannot use, GP-TRU-006 without a root.
    """
    key = place.keys.find(name)
    signer = place.keys.signer(name)
    if key.pem is not None and (signer.repeats or not dry_run):
        signature = signer.sign(_TRIAL)
        if not is_only_form(signature, key.pem) or not place.verifier.verify(key.pem, _TRIAL, signature):
            raise codes.KEY_REFUSED.error(f"what {name} signs does not hold", why="its public key is another one")
    now = landed()
    version = now.roots.at(now.chain.head) if now is not None else None
    settings = {"gitprov.key": name} | (_for_commits(place, key, version, dry_run=dry_run) if commits else {})
    if not dry_run:
        for setting, value in settings.items():
            place.git.set_config(setting, value)
    person, listed, fix = _standing(key, version, place.person())
    notes = ["Rekor v2 and model_signing take no Ed25519 keys"] if key.pem and is_ed25519(key.pem) else []
    return Used(key, settings, person, listed, fix, tuple(notes), dry_run)


def signers_of_commits(landed: Landed | None) -> str:
    """Returns an allowed_signers file with the keys of the trust version in force.

    Raises:
        GitprovError: GP-TRU-006 without one.
    """
    return _allowed(landed.roots.at(landed.chain.head) if landed is not None else None)


def _allowed(version: Accepted | None) -> str:
    if version is None:
        raise codes.TRU_NONE.error("no trust version is in force, so that nobody's commits can be checked")
    return "".join(f"{line}\n" for line in allowed_signers(version.root))


def _for_commits(place: Workplace, key: Key, version: Accepted | None, *, dry_run: bool) -> dict[str, str]:
    """Returns what git's configuration has to say so that git signs with a key, and checks by the trust root."""
    allowed = _allowed(version)
    if key.pem is None or not key.name.startswith("ssh-agent"):
        path = shlex.quote(key.path or "KEYFILE")
        raise codes.USE_ARGUMENT.error(
            f"git cannot sign commits with {key.name}",
            why="it signs with keys that an SSH agent has",
            fix=f"ssh-add {path} && gitprov keys use ssh-agent:{path} --commits",
        )
    return {
        "gpg.format": "ssh",
        "user.signingkey": f"key::{ssh_key(key.pem)}",
        "commit.gpgsign": "true",
        "gpg.ssh.allowedSignersFile": place.git.own_file(_ALLOWED, None if dry_run else allowed.encode()),
    }


def _standing(key: Key, version: Accepted | None, person: str) -> tuple[str | None, str, str]:
    """Returns for whom a key counts, what the trust root says of it, and how it comes to be listed."""
    if key.id is None:
        return None, "certificates say who signs: the trust root lists identity and issuer", ""
    if version is None:
        return None, "there is no trust root yet, which would list it", ""
    number, who = version.root.version, version.holders.get(key.id)
    if who is not None and key.id in version.people:
        return who, f"trust version {number} lists it for {who}", ""
    said = f"trust version {number} has revoked it" if who is not None else f"trust version {number} does not list it"
    fix = f"gitprov keys export > {person}.pub, then an owner: gitprov trust propose --add {person}={person}.pub"
    return None, f"{said} (key {digest_hex(key.id)[:8]})", fix if who is None else ""
