"""Signatures that a verdict counts with before anybody is sure that they will be written."""

from collections.abc import Callable, Mapping

from gitprov.check.secrets import Text
from gitprov.errors import catalogue as codes
from gitprov.ids import Digest
from gitprov.ports.workplace import Workplace
from gitprov.recording.secrets import refuse_texts
from gitprov.recording.writing import Signature, make_decision, make_signature
from gitprov.records import Artifact, Stored, signature_path
from gitprov.trust.judging import judge, listed_by
from gitprov.trust.roots import Accepted
from gitprov.trust.signatures import Means
from gitprov.trust.signatures import Signature as Judged
from gitprov.trust.statements import Decision


class SignedAhead:
    """Makes signatures at once where that leaves no trace, and only foresees those of other signers until it is sure.

    A service bills for what it signs, an agent asks a person, and a transparency log keeps it for ever.

    Attributes:
        files: Path to bytes of the signatures that are made.
        foreseen: What the others would be worth; their files have no name yet: the digest of nothing stands there.
    """

    def __init__(self, place: Workplace, root: Accepted | None = None) -> None:
        """Takes the ports, and the trust version that is to count them: who dates signatures is believed until then."""
        self._place = place
        self._root = root
        self._later: list[tuple[Stored, Callable[[], Signature]]] = []
        self._made: list[tuple[Stored, Signature]] = []
        self._artifacts: dict[Digest, Artifact] = {}
        self.files: dict[str, bytes] = {}
        self.foreseen: list[Judged] = []

    def sign(self, stored: Stored, artifacts: Mapping[Digest, Artifact]) -> None:
        """Adds the signature of a record; errors are those of `make_signature`."""
        self._artifacts |= artifacts
        self._add(stored, "signs", "", lambda: make_signature(self._place, stored, artifacts))

    def decide(self, request: Stored, decision: Decision, reason: str) -> None:
        """Adds an approval or rejection; errors are those of `make_decision`."""
        refuse_texts(self._place, [Text("reason", reason)])
        means: Means = "approves" if decision == "approve" else "rejects"
        self._add(request, means, reason, lambda: make_decision(self._place, request, decision, reason))

    def finish(self) -> dict[str, bytes]:
        """Makes what is left, and returns all files.

        Raises:
            GitprovError: GP-SIG-010 when the trust version counts one for nobody, whatever was foreseen; GP-KEY-*.
        """
        while self._later:
            self._make(*self._later.pop(0))
        for stored, made in self._made:
            self._require_counted(stored, made)
        return self.files

    def _require_counted(self, stored: Stored, made: Signature) -> None:
        if self._root is None:
            return
        listed, verifier = listed_by([self._root.root]), self._place.verifier
        found = judge(made.path, made.data, stored, artifacts=self._artifacts, listed=listed, verifier=verifier)
        if why := found.fault or self._root.why_not(found):
            raise codes.SIG_IDLE.error(
                "your signature would count for nobody, and nothing was written",
                why=why,
                fix="gitprov keys list  # shows what signs; gitprov trust show, what the trust root lists",
            )

    def _add(self, stored: Stored, means: Means, reason: str, make: Callable[[], Signature]) -> None:
        signer = self._place.signer
        if signer.repeats:
            self._make(stored, make)
            return
        documents = self._root.documents.values() if self._root is not None else ()
        proven = dict.fromkeys(documents, self._place.clock.now()) if signer.is_dated else {}
        path = signature_path(stored.path, b"", approval=means != "signs")
        self._later.append((stored, make))
        self.foreseen.append(Judged(path, stored.id, signer.id, means, listed=True, reason=reason, proven=proven))

    def _make(self, stored: Stored, make: Callable[[], Signature]) -> None:
        made = make()
        self._made.append((stored, made))
        self.files[made.path] = made.data
