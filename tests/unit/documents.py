"""Documents to test the canonical form with: valid ones, and those that somebody would send to break a reader."""

import random
import string
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

from gitprov.ids import MAX_INTEGER
from gitprov.records import emit

# Text that some YAML reader takes for something else, or that some formatter rewrites.
AWKWARD = [
    "", " ", "y", "N", "Yes", "no", "On", "off", "true", "FALSE", "null", "Null", "~", "nan", "NaN", "inf", ".inf",
    "-.INF", ".nan", "=", "<<", "0", "-0", "007", "0o7", "0x1F", "0b1", "1_000", "1e3", "12e4567", "1.", ".5", "+1",
    "-1", "1.0", "12:30:45", "190:20:30.15", "2026-11-21", "2026-11-21T10:00:00Z", "2001-12-14 21:59:43.10 -5", "-",
    "--", "---", "...", "- a", "? a", ": a", "a:", "a: b", "a :b", "a #b", "#a", "a#b", "!t", "&a", "*a", "%a", "@a",
    "`a", "[a]", "{a}", "a,b", "|", ">", ">-", "'", '"', "''", '""', "it's", 'say "it"', "'a' \"b\"", "\\", "\\n",
    'a\\b "c"', 'x "\\" y', "back\\slash", "\t", "\n", "\r\n", " a", "a ", "a\tb", "a\nb", "\x00", "\x1b[31m", "\x7f",
    "\x85", "\xa0", "\xad", "\u061c", "\u2028", "\u202e", "\ufeff", "\ufffe", "\uffff", "e\u0301", "é", "日本語", "😀",
    "❤\ufe0f", "\U000e0041", "\U0001d173", "\U0010ffff", "a/b", "/a", "a@b", "a+b", "a-b", "a.b", "_", "A1", "x:y",
    "sha256:" + "0" * 64, "git:" + "a" * 40, "s3://bucket/key", "long " * 40, "x" * 300,
]  # fmt: skip
NUMBERS = [
    0, 1, -1, 42, MAX_INTEGER, -MAX_INTEGER, 0.1, -0.5, 1e-7, 5e-324, 1e16, 1.5e22, -1e300, 2.0**53,
    1.7976931348623157e308, 0.30000000000000004, 123456789.125, 1e-5, 3.141592653589793,
]  # fmt: skip
CHARACTERS = (
    string.ascii_letters + string.digits + " _-./:@+'\"\\#&*!|>%`{}[],?~=<\n\t\r\x00\x1b\x85\xa0\u2028é日😀\U000e0041"
)

texts = st.one_of(
    st.sampled_from(AWKWARD),
    st.text(CHARACTERS, max_size=12),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
)
numbers = st.one_of(
    st.sampled_from(NUMBERS),
    st.integers(-MAX_INTEGER, MAX_INTEGER),
    st.floats(allow_nan=False, allow_infinity=False),
)
scalars = st.one_of(st.none(), st.booleans(), numbers, texts)
values: st.SearchStrategy[Any] = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)
documents: st.SearchStrategy[dict[str, Any]] = st.dictionaries(texts, values, max_size=6)


def strict(value: Any) -> Any:
    """Returns what two values share only if they are equal with equal types: in Python `True == 1 == 1.0`."""
    if isinstance(value, dict):
        return {"mapping": {key: strict(item) for key, item in value.items()}}
    if isinstance(value, list | tuple):
        return [type(value).__name__, *(strict(item) for item in value)]
    return type(value).__name__, value


def random_text(rng: random.Random) -> str:
    """Returns a short text, often an awkward one."""
    kind = rng.random()
    if kind < 0.4:
        return rng.choice(AWKWARD)
    if kind < 0.9:
        return "".join(rng.choices(CHARACTERS, k=rng.randrange(1, 12)))
    return "".join(chr(rng.choice([rng.randrange(0xD800), rng.randrange(0xE000, 0x110000)])) for _ in range(4))


def random_value(rng: random.Random, depth: int) -> Any:
    """Returns a value of at most `depth` levels."""
    kind = rng.random()
    if depth and kind < 0.2:
        return [random_value(rng, depth - 1) for _ in range(rng.randrange(4))]
    if depth and kind < 0.45:
        return random_document(rng, depth - 1)
    if kind < 0.55:
        return rng.choice([None, True, False])
    if kind < 0.65:
        return rng.choice(NUMBERS)
    if kind < 0.7:
        return rng.randrange(-MAX_INTEGER, MAX_INTEGER)
    if kind < 0.75:
        return rng.uniform(-1, 1) * 10.0 ** rng.randrange(-300, 300)
    return random_text(rng)


def random_document(rng: random.Random, depth: int = 3) -> dict[str, Any]:
    """Returns a mapping of at most `depth` + 1 levels."""
    return {random_text(rng): random_value(rng, depth) for _ in range(rng.randrange(5))}


FRAGMENTS = [
    b"&a ", b"*a", b"!!str ", b"!t ", b"<<: ", b"? ", b": ", b"- ", b"-", b"[", b"]", b"{", b"}", b"#", b" # c",
    b"|\n  ", b">-\n ", b"---\n", b"...\n", b"%YAML 1.1\n", b"\xef\xbb\xbf", b"\r", b"\r\n", b"\t", b" ", b"  ",
    b"\n", b"\n\n", b"\x00", b"\x85", b"\xc2\x85", b"\xe2\x80\xa8", b"\xff", b"\xed\xa0\x80", b"\\ud800",
    b"\\U00110000", b"\\U000E0041", b"\\x41", b"\\/", b"\\e", b"\\", b'"', b"'", b"yes", b"0777", b"0x1f", b"1_000",
    b"1e3", b"+1", b".5", b"1.", b"~", b".inf", b"2026-11-21", b"12:30:45", b"9007199254740992", b"1" * 400, b"1.0",
    b"-0", b"0.1e5", b"1.0e+05", b"true", b"True", b"null", b"a: 1\n", b"a:\n", b"a: {}\n", b"  a: 1\n", b"- a\n",
    b"{a: 1}", b"[1, 2]", b'"a": 1\n', b"''",
]  # fmt: skip


def mutants(rng: random.Random, count: int) -> Iterator[bytes]:
    """Yields `count` changed copies of canonical documents."""
    for _ in range(count):
        data = bytearray(emit(random_document(rng)))
        for _ in range(rng.choice([1, 1, 1, 2, 5])):
            at = rng.randrange(len(data) + 1)
            to = min(len(data), at + rng.choice([0, 0, 1, 1, 2, 8]))
            match rng.randrange(4):
                case 0:
                    data[at:to] = rng.choice(FRAGMENTS)
                case 1:
                    data[at:to] = bytes([rng.randrange(256)])
                case 2:
                    data[at:at] = data[at : at + rng.randrange(40)]
                case _:
                    lines = data.split(b"\n")
                    rng.shuffle(lines)
                    data = bytearray(b"\n".join(lines))
        yield bytes(data)


def soups(rng: random.Random, count: int) -> Iterator[bytes]:
    """Yields `count` documents made of YAML's features and of canonical pieces."""
    pieces = [*FRAGMENTS, b"\n", b"\n", b"  ", b"key: ", b"other: ", b"x", b"- x\n", b"  - x\n"]
    for _ in range(count):
        yield b"".join(rng.choices(pieces, k=rng.randrange(1, 20)))
