"""Notes and log heads are those of C2SP, byte for byte; a log that does not continue one is found out."""

from base64 import b64decode

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key
from hypothesis import given
from hypothesis import strategies as st

from gitprov.adapters.signing import EcdsaSigner, SignatureVerifier
from gitprov.errors import GitprovError
from gitprov.errors import catalogue as codes
from gitprov.ids import Digest
from gitprov.trust.log import Log
from gitprov.trust.notes import (
    LogHead,
    Note,
    NoteSignature,
    extends,
    key_hint,
    origin_of,
    read_head,
    read_note,
    sign_head,
    signers,
    verifier_key,
)
from gitprov.trust.proofs import write_consistency, write_inclusion

# ruff: noqa: E501 published notes have long lines
# transparency-dev/formats, note/note_verifier_test.go: two logs whose keys are ECDSA P-256.
REKOR_KEY = (
    "rekor.sigstore.dev+c0d23d6a+AjBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABNhtmPtrWm3U1eQXBogSMdGvXwBcK5AW5i0hrZLOC96l+smGNM7"
    "nwZ4QvFK/4sueRoVj//QP22Ni4Qt9DPfkWLc="
)
REKOR_NOTE = """\
Rekor
798034
f+7CoKgXKE/tNys9TTXcr/ad6U/K3xvznmzew9y6SP0=

— rekor.sigstore.dev wNI9ajBEAiARInWIWyCdyG27CO6LPnPekyw20qO0YJfoaPaowGp/XgIgc+qEHS3+GKVClgqq20uDLet7MCoTURUCRdxwWBHHufk=
"""
PIXEL_KEY = (
    "pixel6_transparency_log+91c16e30+AjBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABN+4x0Jk1yTwvLFI9A4NDdGZcX0aiWVdWM5XJVy0M4VWD3"
    "AvyW5Q6Hs9A0mcDkpUoYgn+KKPNzFC0H3nN3q6JQ8="
)
PIXEL_NOTE = """\
DEFAULT
10
bsWRucJU5xJPHb5eBdOm6+DM+VelCZBuvtI3sHERJ9Y=

— pixel6_transparency_log kcFuMDBFAiEAhqMAP8P6qf6QxtUJhzMhbN+MbZ9dwfUHzGQJmffJHtoCIGD0cNe47dHWBoPwYdgBCepB06/+g5O1FmYjXl06owL4
"""
# C2SP, signed-note.md and tlog-checkpoint.md: Ed25519, which counts for nothing here, in the same form.
POEM = """\
Ognuno sta solo sul cuor della terra
trafitto da un raggio di sole:

ed è subito sera.

— quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=
"""
BEHIND_THE_SOFA = """\
example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
"""
# golang.org/x/mod/sumdb/note, note_test.go: a key and a note of Ed25519.
NEUMANN_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
NEUMANN_NOTE = """\
If you think cryptography is the answer to your problem,
then you don't know what your problem is.

— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
"""
verify = SignatureVerifier().verify
SIGNER = EcdsaSigner(ec.derive_private_key(7, ec.SECP256R1()))
OTHER = EcdsaSigner(ec.derive_private_key(8, ec.SECP256R1()))
HEAD = LogHead(origin_of(Digest("sha256:" + "ab" * 32), "refs/heads/main"), 3, Digest("sha256:" + "cd" * 32))


def pem_of(key: str) -> str:
    """The PEM text of one of C2SP's verifier keys."""
    kind, *data = b64decode(key.split("+", 2)[2])
    made = Ed25519PublicKey.from_public_bytes(bytes(data)) if kind == 1 else load_der_public_key(bytes(data))
    return made.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


@pytest.mark.parametrize("text", [REKOR_NOTE, PIXEL_NOTE, NEUMANN_NOTE, POEM, BEHIND_THE_SOFA])
def test_published_notes_are_read_and_written_byte_for_byte(text: str) -> None:
    assert read_note(text.encode()).write().decode() == text


def test_published_checkpoints_are_log_heads() -> None:
    for text, origin, size, digits in (
        (BEHIND_THE_SOFA, "example.com/behind-the-sofa", 20852163, "0ac5186a"),
        (REKOR_NOTE, "Rekor", 798034, "7feec2a0"),
    ):
        note = read_note(text.encode())
        head = read_head(note.text)
        assert (head.origin, head.size, head.root[:15]) == (origin, size, f"sha256:{digits}")
        assert head.text == note.text


@pytest.mark.parametrize(
    ("key", "text"), [(REKOR_KEY, REKOR_NOTE), (PIXEL_KEY, PIXEL_NOTE), (NEUMANN_KEY, NEUMANN_NOTE)]
)
def test_signatures_and_keys_of_others_are_understood(key: str, text: str) -> None:
    """C2SP signature types 0x02, as transparency-dev/witness has it, and 0x01."""
    name, pem = key.split("+", maxsplit=1)[0], pem_of(key)
    assert verifier_key(name, pem) == key
    note = read_note(text.encode())
    assert signers(note, name, [pem, OTHER.pem], verify) == {pem}
    assert signers(note, "bananas.sigstore.dev", [pem], verify) == set(), "the same key under another name is unknown"
    changed = Note(note.text.replace("\n1", "\n2").replace("\n7", "\n8").replace("answer", "question"), note.signatures)
    with pytest.raises(GitprovError, match="is wrong") as refused:
        signers(changed, name, [pem], verify)
    assert refused.value.code is codes.LOG_SIGNER


def test_a_log_is_called_by_its_project_and_its_ref() -> None:
    """docs/format.md, "Log heads": two projects' logs are never taken for each other (A09)."""
    assert origin_of(Digest("sha256:" + "ab" * 32), "refs/heads/main") == f"gitprov/{'ab' * 32}/refs/heads/main"


def test_a_head_of_ours_is_one_note_in_one_form() -> None:
    note = sign_head(HEAD, SIGNER.pem, SIGNER.sign)
    assert note.write() == sign_head(HEAD, SIGNER.pem, SIGNER.sign).write(), "the same key signs the same bytes"
    again = read_note(note.write())
    assert (again, read_head(again.text)) == (note, HEAD)
    assert signers(again, HEAD.origin, [SIGNER.pem, OTHER.pem], verify) == {SIGNER.pem}
    assert signers(again, HEAD.origin, [OTHER.pem], verify) == set()
    assert note.signatures[0].hint == key_hint(HEAD.origin, SIGNER.pem)


def test_a_witness_may_add_its_line_and_a_forger_may_not() -> None:
    """C2SP: unknown signatures are passed over; a wrong one of a known key condemns the whole note."""
    note = sign_head(HEAD, SIGNER.pem, SIGNER.sign)
    many = (NoteSignature("witness.example", b"1234", bytes(72)),) * 16
    assert signers(read_note(Note(note.text, (*many, *note.signatures)).write()), HEAD.origin, [SIGNER.pem], verify)
    forged = NoteSignature(HEAD.origin, key_hint(HEAD.origin, OTHER.pem), note.signatures[0].signature)
    with pytest.raises(GitprovError, match="is wrong"):
        signers(Note(note.text, (*note.signatures, forged)), HEAD.origin, [SIGNER.pem, OTHER.pem], verify)


@given(st.data())
def test_a_changed_byte_never_passes_for_signed(data: st.DataObject) -> None:
    """Threat A38."""
    changed = bytearray(sign_head(HEAD, SIGNER.pem, SIGNER.sign).write())
    changed[data.draw(st.integers(0, len(changed) - 1))] ^= data.draw(st.integers(1, 255))
    try:
        note = read_note(bytes(changed))
        assert signers(note, HEAD.origin, [SIGNER.pem], verify) == set()
    except GitprovError as error:
        assert error.code in (codes.LOG_NOTE, codes.LOG_SIGNER)  # noqa: PT017 either is right


LINE = "— example.org/log AAAAAAA=\n"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"a text\n",
        b"a text\n\n",
        f"a text\n{LINE}".encode(),
        f"a text\n\n{LINE}\n".encode(),
        f"a text\n\n{LINE}".encode().removesuffix(b"\n"),
        f"a\ttext\n\n{LINE}".encode(),
        f"a text\r\n\n{LINE}".encode(),
        b"\xff\n\n" + LINE.encode(),
        f"a text\n\n{LINE}— two\n".encode(),
        "a text\n\n— AAAAAAA=\n".encode(),
        "a text\n\n—  AAAAAAA=\n".encode(),
        "a text\n\n— a+b AAAAAAA=\n".encode(),
        "a text\n\n— a\N{NO-BREAK SPACE}b AAAAAAA=\n".encode(),
        "a text\n\n— a AAAAAAA\n".encode(),
        "a text\n\n— a AAAAAAB=\n".encode(),
        "a text\n\n— a AAAAAA==\n".encode(),
        b"a text\n\n-- a AAAAAAA=\n",
    ],
)
def test_what_is_no_note_is_refused(data: bytes) -> None:
    assert read_note(f"a text\n\n{LINE}".encode()).text == "a text\n"
    with pytest.raises(GitprovError) as refused:
        read_note(data)
    assert refused.value.code is codes.LOG_NOTE


def test_a_note_has_65536_bytes_at_most() -> None:
    end = f"\n\n{LINE}"
    text = "a" * (65_536 - len(end.encode()))
    assert read_note(f"{text}{end}".encode()).text == f"{text}\n"
    with pytest.raises(GitprovError, match="GP-LOG-001"):
        read_note(f"{text}a{end}".encode())


ROOT = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Head\n9944\n",
        f"\n9944\n{ROOT}\n",
        f"Log\n123\n{ROOT}",
        f"Log\nbananas\n{ROOT}\n",
        f"Log\n-34\n{ROOT}\n",
        f"Log\n0034\n{ROOT}\n",
        f"Log\n3438945738945739845734895735\n{ROOT}\n",
        f"Log\n9007199254740992\n{ROOT}\n",
        "Log\n123\nThisIsn'tBase64\n",
        "Log\n123\nYmFuYW5hcw==\n",
        f"Log\n123\n{ROOT}\n\n",
        f"Log\n123\n{ROOT}\nextension\n\n",
        f"Log\n123\n{ROOT}\nextension",
        f"Log\n123\n{ROOT.replace('I=', 'J=')}\n",
    ],
)
def test_what_is_no_log_head_is_refused(text: str) -> None:
    assert read_head(f"Log\n123\n{ROOT}\nan extension\n").size == 123
    assert read_head(f"Log\n9007199254740991\n{ROOT}\n").size == 2**53 - 1
    with pytest.raises(GitprovError) as refused:
        read_head(text)
    assert refused.value.code is codes.LOG_NOTE


def test_a_proof_has_the_text_that_others_read() -> None:
    """C2SP tlog-proof, by the vectors of transparency-dev/formats, and what tlog-witness is asked."""
    assert write_inclusion(0, (), b"checkpoint\n") == b"c2sp.org/tlog-proof@v1\nindex 0\n\ncheckpoint\n"
    hashes = (bytes(32), b"\xff" * 32)
    lines = b"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n//////////////////////////////////////////8=\n"
    assert write_inclusion(5, hashes, b"test\n") == b"c2sp.org/tlog-proof@v1\nindex 5\n" + lines + b"\ntest\n"
    assert write_consistency(20852014, hashes, b"test\n") == b"old 20852014\n" + lines + b"\ntest\n"


files = st.lists(
    st.tuples(st.integers(0, 5), st.sampled_from("abcdef"), st.binary(max_size=2)), unique_by=lambda f: f[1]
)


@given(files, st.data())
def test_a_log_extends_what_it_was_and_nothing_else(landed: list[tuple[int, str, bytes]], data: st.DataObject) -> None:
    """Threats A03, A37: a shorter log and one with other leaves are told apart."""
    log = Log(landed)
    size = data.draw(st.integers(0, log.size))
    head = LogHead("o", size, log.root_at(size))
    assert extends(log, head) is None
    wrong = extends(log, LogHead("o", size, Digest("sha256:" + "ab" * 32)))
    assert wrong is not None
    assert wrong.code is codes.LOG_REWRITTEN
    rewound = extends(log, LogHead("o", log.size + 1, head.root))
    assert rewound is not None
    assert rewound.code is codes.LOG_REWOUND
    if size:  # the leaf that landed first is another one
        first = min(landed, key=lambda leaf: leaf[:2])
        other = [(step, path, b"other" if path == first[1] else found) for step, path, found in landed]
        fault = extends(Log(other), head)
        assert fault is not None
        assert fault.code is codes.LOG_REWRITTEN
