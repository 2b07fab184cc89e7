"""Signed notes and log heads, byte for byte those of C2SP: signed-note, tlog-checkpoint. docs/format.md, "Log heads".

A log head is what C2SP calls a checkpoint, which in this field means weights.
"""

import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable
from hashlib import sha256

from gitprov.errors import Finding
from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass
from gitprov.ids import MAX_INTEGER, Digest, digest_hex
from gitprov.records.roots import is_ed25519
from gitprov.trust.log import Log

LIMIT = 64 * 1024
"""Largest note, in bytes: room for many more than the 16 signatures that C2SP asks for."""
_ED25519, _ECDSA = b"\x01", b"\x02"  # C2SP's signature types; ECDSA with SHA-256 in DER
_DASH = "\N{EM DASH} "
_number = re.compile("0|[1-9][0-9]{0,15}").fullmatch
_control = re.compile("[\0-\x09\x0b-\x1f]").search


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """One signature line: the name of a key, the four bytes that hint at it, the signature."""

    name: str
    hint: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class Note:
    """A text that ends in a newline, and who signed it."""

    text: str
    signatures: tuple[NoteSignature, ...]

    def write(self) -> bytes:
        """Returns the note's only bytes."""
        lines = (f"{_DASH}{one.name} {_base64(one.hint + one.signature)}\n" for one in self.signatures)
        return f"{self.text}\n{''.join(lines)}".encode()


@dataclass(frozen=True, slots=True)
class LogHead:
    """The log at one size.

    Attributes:
        origin: Which log.
        size: How many leaves.
        root: The root of their tree.
    """

    origin: str
    size: int
    root: Digest

    @property
    def text(self) -> str:
        """The text that is signed: C2SP's checkpoint without extension lines."""
        return f"{self.origin}\n{self.size}\n{_base64(bytes.fromhex(digest_hex(self.root)))}\n"


def origin_of(project: Digest, ref: str) -> str:
    """Returns the name of a project's log, which is also the name of every key that signs its heads.

    Args:
        project: Id of the first trust version.
        ref: The protected ref, as that version names it: `refs/heads/…`.
    """
    return f"gitprov/{digest_hex(project)}/{ref}"


def read_note(data: bytes) -> Note:
    """Returns the note in a file.

    Raises:
        GitprovError: GP-LOG-001 when these are not the bytes of a note, one that says the same in other bytes too.
    """
    try:
        text = data.decode() if len(data) <= LIMIT else ""
    except UnicodeDecodeError:
        text = ""
    body, blank, rest = text.rpartition("\n\n")
    lines = rest.split("\n")
    if not blank or lines.pop() or not lines or _control(text):
        raise codes.LOG_NOTE.error("this is no signed note", why="a text, an empty line, and lines of signatures")
    note = Note(f"{body}\n", tuple(map(_signature, lines)))
    if note.write() != data:
        raise codes.LOG_NOTE.error("a signature line is not in its only form")
    return note


def read_head(text: str) -> LogHead:
    """Returns the log head that the text of a note is; extension lines, which C2SP lets be, say nothing here.

    Raises:
        GitprovError: GP-LOG-001.
    """
    *lines, rest = text.split("\n")
    origin, size, root = lines[:3] if len(lines) >= 3 else ("", "", "")
    digest = _plain(root)
    if rest or not all(lines) or not _number(size) or int(size) > MAX_INTEGER or len(digest) != sha256().digest_size:
        raise codes.LOG_NOTE.error("this is no log head", why="an origin, a size and a root, each on a line of its own")
    return LogHead(origin, int(size), Digest(f"sha256:{digest.hex()}"))


def key_hint(name: str, pem: str) -> bytes:
    """Returns the four bytes by which a signature line hints at a key: for ECDSA of the SHA-256 of its DER."""
    key = _key(pem)
    named = key[1:] if key.startswith(_ECDSA) else name.encode() + b"\n" + key
    return sha256(named).digest()[:4]


def verifier_key(name: str, pem: str) -> str:
    """Returns a public key as C2SP's verifiers and witnesses take it: NAME+HINT+KEY."""
    return f"{name}+{key_hint(name, pem).hex()}+{_base64(_key(pem))}"


def sign_head(head: LogHead, pem: str, sign: Callable[[bytes], bytes]) -> Note:
    """Returns a head as a note with one signature, under the log's own name."""
    return Note(head.text, (NoteSignature(head.origin, key_hint(head.origin, pem), sign(head.text.encode())),))


def signers(note: Note, name: str, keys: Iterable[str], verify: Callable[[str, bytes, bytes], bool]) -> set[str]:
    """Returns those of the keys that signed a note; signatures of others say nothing.

    Args:
        note: The note.
        name: Of the keys.
        keys: Public keys in PEM.
        verify: Tells whether a key signed something: PEM, bytes, DER signature.

    Raises:
        GitprovError: GP-LOG-002 when a signature says to be of one of the keys, and is not.
    """
    found = set()
    known = {key_hint(name, pem): pem for pem in keys}
    for one in note.signatures:
        pem = known.get(one.hint) if one.name == name else None
        if pem is None:
            continue
        if not verify(pem, note.text.encode(), one.signature):
            raise codes.LOG_SIGNER.error(f"a signature of key {one.hint.hex()} is wrong", why="the note was changed")
        found.add(pem)
    return found


def extends(log: Log, head: LogHead) -> Finding | None:
    """Returns what is wrong when a log does not continue a head that was signed or seen before, else None.

    The whole law of continuity for who knows a head only: the first `size` leaves have that root, so that nothing which
    had landed was taken away, changed, or put in another order (threats A03, A37).

    Args:
        log: As it is computed here.
        head: What was signed or seen of it.
    """
    if head.size > log.size:
        what = f"the log was rewound: it has {log.size} leaves, and {head.size} when that was signed or seen"
        return codes.LOG_REWOUND.finding(head.origin, what)
    root = log.root_at(head.size)
    if root != head.root:
        what = f"the log was rewritten: its first {head.size} leaves are not those that were signed or seen"
        return codes.LOG_REWRITTEN.finding(head.origin, what, why=f"root {head.root[:19]}, and {root[:19]} here")
    return None


def _signature(line: str) -> NoteSignature:
    name, _, encoded = line.removeprefix(_DASH).partition(" ")
    data = _plain(encoded)
    if not line.startswith(_DASH) or not name or "+" in name or any(map(str.isspace, name)) or len(data) <= 4:
        raise codes.LOG_NOTE.error("a signature line is not in its only form", why=line[:80])
    return NoteSignature(name, data[:4], data[4:])


def _base64(data: bytes) -> str:
    return b64encode(data).decode()


def _plain(text: str) -> bytes:
    """Returns what a text is the one base64 form of; nothing for other texts."""
    try:
        data = b64decode(text)
    except ValueError:
        return b""
    return data if _base64(data) == text else b""


def _key(pem: str) -> bytes:
    """Returns a public key with C2SP's signature type before it: the bare bytes of Ed25519, else the whole DER."""
    der = b64decode("".join(pem.splitlines()[1:-1]))
    return _ED25519 + der[-32:] if is_ed25519(pem) else _ECDSA + der
