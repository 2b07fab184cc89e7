"""Signature files as facts: whose key, over what, verified or why not."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import field
from typing import Literal

from gitprov.errors import Code
from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass
from gitprov.ids import Digest

KeyId = Digest
"""What signs: SHA-256 of the PEM text of a public key (the key hint of a bundle, with its prefix), or of the JCS of the
identity and issuer that a certificate names."""

Means = Literal["signs", "countersigns", "approves", "rejects"]


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature file, judged.

    Attributes:
        path: Of the file.
        record: Id of the record that it is about.
        key: Of the signer, as the bundle claims; proven when there is no fault.
        means: What the statement says of the record.
        listed: Whether some trust version lists the key, so that it could be judged at all.
        fault: Why it counts for nothing; "" when it was verified over the one right statement.
        reason: What an approval or rejection gives as its reason.
        trust: Of a countersignature: the trust version that it was made under.
        code: The rule that a fault breaks: GP-SIG-004 for a right statement under a key that nobody lists.
        act: What two files have in common that come from one act of signing: the digest of a key's signature, or of the
            certificate. Whatever is wrapped around it again later, it was made once.
        proven: Digest of a trusted root to the time that it proves for the signature; a certificate holds under these
            only.
        is_logged: Whether a transparency log of one of them has it.
    """

    path: str
    record: Digest
    key: KeyId
    means: Means
    listed: bool
    fault: str = ""
    reason: str = ""
    trust: Digest | None = None
    code: Code | None = None
    act: Digest | None = None
    proven: Mapping[Digest, str] = field(default_factory=dict)
    is_logged: bool = False

    @property
    def is_claim(self) -> bool:
        """Tells whether it is the right statement in the right place, so that only its key can be in question."""
        return self.code in (None, codes.SIG_UNLISTED, codes.SIG_INVALID, codes.SIG_CERTIFICATE)

    @property
    def is_good(self) -> bool:
        """Tells whether the key's holder said this."""
        return self.listed and not self.fault


class Signatures:
    """The signature files of records, each judged when it is first asked for: verifying is what costs."""

    def __init__(self, files: Mapping[Digest, Iterable[str]], judge: Callable[[str], Signature]) -> None:
        """Takes the files by the record that they lie beside, and what judges one.

        Args:
            files: Id of a record to the paths of its signature files.
            judge: Path of a signature file to its judgement; called once for each.
        """
        self._files = files
        self._judge = judge
        self._known: dict[Digest, tuple[Signature, ...]] = {}

    def of(self, record: Digest) -> tuple[Signature, ...]:
        """Returns the signatures of a record, good or not, by path."""
        if record not in self._known:
            self._known[record] = tuple(self._judge(path) for path in sorted(self._files.get(record, ())))
        return self._known[record]
