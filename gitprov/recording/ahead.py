"""Signatures that a verdict counts with before anybody is sure that they will be written."""

from collections.abc import Callable, Iterable, Mapping

from gitprov.check.secrets import Text
from gitprov.ids import Digest
from gitprov.ports.workplace import Workplace
from gitprov.recording.secrets import refuse_texts
from gitprov.recording.writing import Signature, make_decision, make_signature
from gitprov.records import Artifact, Stored, signature_path
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

    def __init__(self, place: Workplace, documents: Iterable[Digest]) -> None:
        """Takes the ports, and the trusted roots that count: who signs with a time is believed to prove it by these."""
        self._place = place
        self._documents = tuple(documents)
        self._later: list[Callable[[], Signature]] = []
        self.files: dict[str, bytes] = {}
        self.foreseen: list[Judged] = []

    def sign(self, stored: Stored, artifacts: Mapping[Digest, Artifact]) -> None:
        """Adds the signature of a record; errors are those of `make_signature`."""
        self._add(stored, "signs", "", lambda: make_signature(self._place, stored, artifacts))

    def decide(self, request: Stored, decision: Decision, reason: str) -> None:
        """Adds an approval or rejection; errors are those of `make_decision`."""
        refuse_texts(self._place, [Text("reason", reason)])
        means: Means = "approves" if decision == "approve" else "rejects"
        self._add(request, means, reason, lambda: make_decision(self._place, request, decision, reason))

    def finish(self) -> dict[str, bytes]:
        """Makes what is left, and returns all files."""
        while self._later:
            self._make(self._later.pop(0))
        return self.files

    def _add(self, stored: Stored, means: Means, reason: str, make: Callable[[], Signature]) -> None:
        signer = self._place.signer
        if signer.repeats:
            self._make(make)
            return
        proven = dict.fromkeys(self._documents, self._place.clock.now()) if signer.is_dated else {}
        path = signature_path(stored.path, b"", approval=means != "signs")
        self._later.append(make)
        self.foreseen.append(Judged(path, stored.id, signer.id, means, listed=True, reason=reason, proven=proven))

    def _make(self, make: Callable[[], Signature]) -> None:
        made = make()
        self.files[made.path] = made.data
