"""Verifies keyless signatures, wholly offline: docs/verification.md, "Keyless signatures".

sigstore-python passes over the end of what a trusted root says of authorities and logs, and holds the beginning against
the machine's clock. So it is given only what was valid at the time that the timestamp claims, without any window: what
it then accepts was valid when it was used, and the verdict is the same on every machine and for ever.
"""

import json
import warnings
from base64 import b64decode
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache, lru_cache
from itertools import compress
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import Certificate
from rfc3161_client import decode_timestamp_response
from sigstore.models import Bundle, TrustedRoot
from sigstore.verify import Verifier
from sigstore_models.trustroot import v1

from gitprov.adapters.signing.authorities import holds_at
from gitprov.adapters.signing.certificates import certified
from gitprov.adapters.signing.witnesses import in_words, stamped
from gitprov.errors import GitprovError
from gitprov.errors import catalogue as codes
from gitprov.trust.bundles import Bundle as Signed
from gitprov.trust.bundles import read_bundle
from gitprov.trust.verifying import Certified

if TYPE_CHECKING:
    from sigstore._internal.trust import CertificateAuthority, CTKeyring, KeyringPurpose, RekorKeyring

_KINDS = ("certificateAuthorities", "ctlogs", "timestampAuthorities", "tlogs")
_ALWAYS = {"start": "0001-01-01T00:00:00Z"}
_STEPS = {
    "not enough sources of verified time": "K3",
    "failed to build timestamp certificate chain": "K4",
    "invalid signing cert": "K4",
    "Key usage": "K4",
    "Extended usage": "K4",
    "failed to verify SCT": "K5",
    "invalid log entry": "K7",
}
"""How sigstore-python begins to say what is wrong; all else is about the signature (K8)."""


def verify_keyless(data: bytes, who: Certified, document: str, *, promised: bool = False) -> str:
    """Verifies a bundle with a certificate and returns when it was signed (RFC 3339, UTC).

    Args:
        data: The bundle's bytes.
        who: Whom the certificate must name.
        document: The trusted root, JSON.
        promised: Whether the time at which a log promised to log it will do, too: as others' attestations have it.

    Raises:
        GitprovError: GP-SIG-008.
    """
    with warnings.catch_warnings(action="ignore"):  # of parsers, about what they read: the verdict says it all
        with _step("K1"):
            found, bundle = read_bundle(data), Bundle.from_json(data)
            time = _claimed(found, promised=promised)
        with _step("K2"):
            verifier, hosts = _as_of(document, _holding(time, document, by_authority=found.timestamp is not None))
        # sigstore-python makes do with the time of a log that promises one, and then passes over the timestamp
        promised_too = found.timestamp if "inclusionPromise" in (found.entry or {}) else None
        if promised_too is not None and stamped(found.signature, promised_too, document) is None:
            why = "no timestamp authority of the trusted root has signed this timestamp of the signature"
            raise _refusal("K3", why)
        with _step("K8"):
            verifier.verify_dsse(bundle, _Named(who))
        with _step("K7"):
            _check_log(found.entry or {}, hosts)
    return in_words(time)


class _ReadOnce(TrustedRoot):
    """A trusted root whose keys and certificates are read once, where sigstore-python reads them for each bundle."""

    def __init__(self, inner: v1.TrustedRoot) -> None:
        super().__init__(inner)
        self._rekor_keyring = cache(super().rekor_keyring)
        self._ct_keyring = cache(super().ct_keyring)
        self._timestamp_authorities = cache(super().get_timestamp_authorities)

    def rekor_keyring(self, purpose: "KeyringPurpose") -> "RekorKeyring":
        """Returns the keys of its transparency logs."""
        return self._rekor_keyring(purpose)

    def ct_keyring(self, purpose: "KeyringPurpose") -> "CTKeyring":
        """Returns the keys of its logs of certificates."""
        return self._ct_keyring(purpose)

    def get_timestamp_authorities(self) -> "list[CertificateAuthority]":
        """Returns its timestamp authorities."""
        return self._timestamp_authorities()


class _Named:
    """Asks for exactly one identity by exactly one issuer."""

    def __init__(self, who: Certified) -> None:
        self._who = who

    def verify(self, cert: Certificate) -> None:
        """Refuses another certificate."""
        if (found := certified(cert.public_bytes(Encoding.DER))) != self._who:
            raise _refusal("K6", f"the certificate names {_said(found)}, not {_said(self._who)}")


def _claimed(found: Signed, *, promised: bool) -> datetime:
    """Returns when a bundle says that it was signed: by its timestamp, else by the promise of a log (Rekor v1)."""
    entry = found.entry or {}
    if found.timestamp is not None:
        return decode_timestamp_response(found.timestamp).tst_info.gen_time
    if not promised or "inclusionPromise" not in entry or "integratedTime" not in entry:
        raise ValueError("no timestamp says when it was signed")
    return datetime.fromtimestamp(int(entry["integratedTime"]), UTC)


_Holding = tuple[tuple[bool, ...], ...]
"""Of each of `_KINDS` which entries of a trusted root count."""


def _holding(time: datetime, document: str, *, by_authority: bool) -> _Holding:
    """Returns what of a trusted root is valid at a time."""
    root = _read(document)
    holding = tuple(tuple(holds_at(one, time) for one in root.get(kind, [])) for kind in _KINDS)
    for kind, some in zip(_KINDS, holding, strict=True):
        if not any(some) and (by_authority or kind != "timestampAuthorities"):
            raise ValueError(f"none of the {kind} in the trusted root was valid at {in_words(time)}")
    return holding


@lru_cache(maxsize=16)
def _as_of(document: str, holding: _Holding) -> tuple[Verifier, frozenset[str | None]]:
    """Returns what verifies under a part of a trusted root as if that were always valid, and the hosts of its logs.

    Reading the certificates takes a third of verifying a bundle.
    """
    root = dict(_read(document))
    for kind, some in zip(_KINDS, holding, strict=True):
        root[kind] = [_always(one) for one in compress(root.get(kind, []), some)]
    hosts = frozenset(urlsplit(log["baseUrl"]).hostname for log in root["tlogs"])
    return Verifier(trusted_root=_ReadOnce(v1.TrustedRoot.from_json(json.dumps(root)))), hosts


@lru_cache(maxsize=16)
def _read(document: str) -> Mapping[str, Any]:
    root: Mapping[str, Any] = json.loads(document)
    return root


def _always(one: Mapping[str, Any]) -> dict[str, Any]:
    if "publicKey" in one:
        return {**one, "publicKey": {**one["publicKey"], "validFor": _ALWAYS}}
    return {**one, "validFor": _ALWAYS}


def _check_log(entry: Mapping[str, Any], hosts: Collection[str | None]) -> None:
    """Refuses a checkpoint that its log has not signed in its own name, which sigstore-python does not look at."""
    hint = b64decode(entry["logId"]["keyId"])[:4]
    signatures = entry["inclusionProof"]["checkpoint"]["envelope"].rpartition("\n\n")[2].splitlines()
    named = {line.split()[1] for line in signatures if b64decode(line.split()[2])[:4] == hint}
    if named.isdisjoint(hosts):
        raise ValueError(f"the checkpoint is signed in the name of {', '.join(sorted(named))}, not of its log")


@contextmanager
def _step(name: str) -> Iterator[None]:
    """Turns whatever is raised into a refusal that names the step: bundles are hostile, and parsers raise anything."""
    try:
        yield
    except GitprovError as error:
        raise error if error.code is codes.SIG_CERTIFICATE else _refusal(name, str(error)) from None
    except Exception as error:  # noqa: BLE001 what a parser raises is its own affair
        said = " ".join(str(error).split()) or type(error).__name__
        step = next((step for begins, step in _STEPS.items() if said.startswith(begins)), name)
        raise _refusal(step, said[:200]) from None


def _said(who: Certified | None) -> str:
    return f"{who.identity}, for whom {who.issuer} vouches" if who is not None else "nobody"


def _refusal(step: str, why: str) -> GitprovError:
    return codes.SIG_CERTIFICATE.error(f"step {step} of a keyless signature fails", why=why)
