"""Documents that somebody sends to break the reader: refused with our errors, in time linear in their length."""

import random
import time
from collections.abc import Callable

import pytest

from gitprov.errors import GitprovError
from gitprov.errors import catalogue as codes
from gitprov.records import RECORD_LIMIT, decode, read
from tests.unit.documents import mutants, soups

REFUSED = {
    "an anchor": "a: &x 1\n",
    "an alias": "a: *x\n",
    "an alias bomb": "a: &a [x]\nb: &b [*a, *a]\nc: [*b, *b]\n",
    "a tag": "a: !!str 1\n",
    "a Python tag": "a: !!python/name:os.system\n",
    "a binary": "a: !!binary aGk=\n",
    "a merge key": "a: {}\n<<: {}\n",
    "a quoted tag": '!!str "a": 1\n',
    "a flow mapping": "a: {b: 1}\n",
    "a flow list": "a: [1]\n",
    "JSON": '{"a": 1}\n',
    "spaces in brackets": "a: [ ]\n",
    "a literal": "a: |\n  x\n",
    "a folded text": "a: >-\n  x\n",
    "a plain text on two lines": "a: b\n  c\n",
    "a quoted text on two lines": 'a: "b\n  c"\n',
    "a directive": "%YAML 1.2\n---\na: 1\n",
    "a document start": "---\na: 1\n",
    "a document end": "a: 1\n...\n",
    "two documents": "a: 1\n---\nb: 1\n",
    "a comment": "a: 1 # x\n",
    "a comment line": "# x\na: 1\n",
    "a blank line": "a: 1\n\nb: 1\n",
    "a leading blank line": "\na: 1\n",
    "a trailing blank line": "a: 1\n\n",
    "no end of line": "a: 1",
    "nothing": "",
    "an end of line": "\n",
    "a YAML 1.1 true": "a: yes\n",
    "a capital true": "a: True\n",
    "a capital null": "a: NULL\n",
    "a tilde": "a: ~\n",
    "nothing after a key": "a:\n",
    "a space after a key": "a: \n",
    "an octal": "a: 0777\n",
    "a new octal": "a: 0o7\n",
    "hexadecimal": "a: 0x1F\n",
    "underscores": "a: 1_000\n",
    "a binary number": "a: 0b1\n",
    "base sixty": "a: 12:30:45\n",
    "a date": "a: 2026-11-21\n",
    "infinity": "a: .inf\n",
    "not a number": "a: .nan\n",
    "a plus": "a: +1\n",
    "minus nought": "a: -0\n",
    "a float for an integer": "a: 1.0\n",
    "no sign in the exponent": "a: 1.0e7\n",
    "a padded exponent": "a: 1.0e-07\n",
    "a capital exponent": "a: 1.0E-7\n",
    "no point": "a: 1e-7\n",
    "a long float": "a: 0.10\n",
    "too many digits": "a: 0.1000000000000000055511151231257827\n",
    "an overflow": "a: 1.0e+999\n",
    "an underflow": "a: 1.0e-999\n",
    "too large an integer": "a: 9007199254740992\n",
    "a huge integer": f"a: {'9' * 5000}\n",
    "a huge float": f"a: {'9' * 5000}.5\n",
    "quotes without need": 'a: "b"\n',
    "single quotes without need": "a: 'b c'\n",
    "double quotes where single would do": 'a: "\\"b\\""\n',
    "an unquoted text with spaces": "a: b c\n",
    "an unquoted reserved word": "a: off\n",
    "a quoted key without need": '"a": 1\n',
    "a needless escape": 'a: "\\x41 b"\n',
    "a capital escape": 'a: "\\x1B"\n',
    "a long escape": 'a: "\\u001b"\n',
    "a longer escape": 'a: "\\U0000001b"\n',
    "another escape": 'a: "\\e"\n',
    "a slash escape": 'a: "\\/ "\n',
    "a surrogate escape": 'a: "\\ud800"\n',
    "a surrogate pair": 'a: "\\ud83d\\ude00"\n',
    "an escape beyond Unicode": 'a: "\\U00110000"\n',
    "an unfinished escape": 'a: "\\x1"\n',
    "a raw tab": 'a: "\t"\n',
    "a raw escape": 'a: "\x1b"\n',
    "a raw line separator": 'a: "\u2028"\n',
    "a raw byte order mark": 'a: "\ufeff"\n',
    "a raw no-break space": 'a: "\xa0"\n',
    "an open quote": 'a: "b\n',
    "an open single quote": "a: 'b\n",
    "text after a quote": 'a: "b c" d\n',
    "a carriage return": "a: 1\r\n",
    "a tab for indentation": "a:\n\tb: 1\n",
    "a tab after a colon": "a:\t1\n",
    "two spaces after a colon": "a:  1\n",
    "a trailing space": "a: 1 \n",
    "one space of indentation": "a:\n b: 1\n",
    "four spaces of indentation": "a:\n    b: 1\n",
    "an indented start": "  a: 1\n",
    "a list that is not indented": "a:\n- b\n",
    "a dash alone": "a:\n  -\n    - b\n",
    "a bare dash": "a:\n  -\n",
    "two spaces after a dash": "a:\n  -  b\n",
    "a list at the top": "- a\n",
    "a scalar at the top": "a\n",
    "an empty list at the top": "[]\n",
    "a question mark": "? a\n: 1\n",
    "a key twice": "a: 1\na: 2\n",
    "keys out of order": "b: 1\na: 1\n",
    "a key twice below": "a:\n  b: 1\n  b: 1\n",
    "UTF-8 order instead of UTF-16": '"\uffee": 1\n"😀": 2\n',
    "an integer key": "1: a\n",
    "a null key": "null: a\n",
    "an empty key": ": a\n",
    "a mapping and a list": "a:\n  b: 1\n  - c\n",
    "a list and a mapping": "a:\n  - c\n  b: 1\n",
    "an item that is too deep": "a:\n  - b: 1\n     c: 1\n",
    "a value with a block below": "a: 1\n  b: 1\n",
    "an empty mapping with a block below": "a: {}\n  b: 1\n",
    "a second top": "{}\na: 1\n",
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_canonical_is_refused_with_its_line(name: str) -> None:
    with pytest.raises(GitprovError, match=r"record:\d+") as refused:
        read(REFUSED[name].encode())
    assert refused.value.code in (codes.YML_SYNTAX, codes.YML_ORDER)


@pytest.mark.parametrize(
    "data",
    [b"\xff\xfea\x00", b"a: \xff\n", b"a: \xed\xa0\x80\n", b"a: \xc0\x80\n", "a: 1\n".encode("utf-16"), b"a: \xe9\n"],
)
def test_what_is_not_utf_8_is_refused(data: bytes) -> None:
    with pytest.raises(GitprovError) as refused:
        read(data)
    assert refused.value.code == codes.YML_ENCODING


def test_a_byte_order_mark_is_refused() -> None:
    with pytest.raises(GitprovError):
        read(b"\xef\xbb\xbfa: 1\n")


@pytest.mark.parametrize(
    ("data", "line", "why"),
    [
        ("a: 1\nb:\n  - 1\n  - yes\n", 4, "yes must be quoted"),
        ("", 1, "the file is empty"),
        ("a: 1\nb: 2", 2, "the last line does not end in a line feed"),
        ("a:\n", 2, "a value is missing at the end"),
        ("a:\n\n", 2, "a value is missing, or not indented by two spaces"),
        ("a: 1\n  b: 1\n", 2, "unexpected indentation"),
        ("a:\n  -  b: 1\n", 2, "unexpected indentation"),
        ("a:\n  - 1\n  b: 1\n", 3, "a list item is expected here"),
        ("a: 1\n- b: 1\n", 2, "a key is expected here, quoted unless it is a plain word"),
        ("on: 1\n", 1, "a key is expected here, quoted unless it is a plain word"),
        ('a: 1\n"b c"\n', 2, "a colon, one space and a value are expected after the key"),
        (f"{'a' * 1001}: 1\n", 1, "a key is longer than 1000 characters"),
    ],
)
def test_an_error_names_file_and_line(data: str, line: int, why: str) -> None:
    with pytest.raises(GitprovError) as refused:
        read(data.encode(), name="some/file.yaml")
    assert str(refused.value) == f"GP-YML-002: some/file.yaml:{line} is not in the canonical form ({why})"


@pytest.mark.parametrize(("source", "count"), [(mutants, 5000), (soups, 5000)])
def test_nothing_but_our_errors_comes_out(source: Callable[[random.Random, int], list[bytes]], count: int) -> None:
    refused = 0
    for data in source(random.Random("hostile"), count):
        for parse in (read, decode):
            try:
                parse(data)
            except GitprovError:
                refused += 1
    assert refused > count


def fill(head: str, piece: str, tail: str = "") -> str:
    """Returns head, as many pieces as a record may hold, and tail."""
    room = RECORD_LIMIT - len((head + tail).encode())
    return head + piece * (room // len(piece.encode())) + tail


WORST = {
    "brackets": fill("a: ", "["),
    "braces": fill("a: ", "{"),
    "dashes": fill("a:\n  ", "- "),
    "dashes on lines": fill("a:\n", "  -\n"),
    "questions": fill("", "? "),
    "quotes": fill("a: ", '"'),
    "single quotes": fill("a: ", "'"),
    "odd single quotes": fill("a: '", "''", "'\n"),
    "pairs in single quotes": fill("a: '\"", "''", "'\n"),
    "backslashes": fill('a: "', "\\", '"\n'),
    "pairs of backslashes": fill('a: "', "\\\\", '"\n'),
    "line feeds": fill('a: "', "\\n", '"\n'),
    "raw controls": fill('a: "', "\x01", '"\n'),
    "escapes": fill('a: "', "\\x01", '"\n'),
    "an open quote": fill('a: "', "x"),
    "an open quote of escapes": fill('a: "', "\\n"),
    "an open key": fill('"', "\\n"),
    "a list of open quotes": fill("a:\n", '  - "\n'),
    "an item with an open quote": fill('a:\n  - "', "\\n"),
    "colons": fill("", ":"),
    "colons and spaces": fill("", ": "),
    "a key of colons": fill("a", ":a"),
    "spaces": fill("", " "),
    "lines": fill("", "\n"),
    "spaces below": fill("a:\n", " "),
    "integers": fill("a:\n", "  - 1\n"),
    "digits": fill("a: ", "9"),
    "digits and a point": fill("a: 0.", "9"),
    "floats": fill("a:\n", "  - 0.1\n"),
    "long floats": fill("a:\n", "  - 0.1234567890123456\n"),
    "empty mappings": fill("a:\n", "  - {}\n"),
    "mappings": fill("a:\n", "  - b: 1\n"),
    "words": fill("a:\n", "  - b\n"),
    "reserved words": fill("a:\n", '  - "y"\n'),
    "texts": fill("a:\n", '  - ""\n'),
    "lists in lists": fill("a:\n", "  - - 1\n"),
    "anchors": fill("a: ", "&a "),
    "tags": fill("a: ", "!!str "),
    "aliases": fill("a: [", "*a,"),
    "documents": fill("", "---\n"),
    "comments": fill("", "#"),
    "returns": fill("", "a: 1\r\n"),
    "tabs": fill("a:", "\t"),
    "accents": fill('a: "', "é", '"\n'),
    "an accented list": fill("a:\n", '  - "é"\n'),
    "nested twenty-two deep": fill("a:\n", "  " + "- " * 22 + "1\n"),
    "a staircase": "".join(f"{'  ' * n}a:\n" for n in range(250)),
    "a long plain word": fill("a: ", "x", "\n"),
    "a long plain key": fill("", "x", ": 1\n"),
    "many keys": "".join(f"k{n:04}: 1\n" for n in range(7000)),
    "many keys of mappings": "a:\n" + "".join(f"  - a{n}: {{}}\n    b: x\n" for n in range(2890)),
}


@pytest.mark.parametrize("name", WORST)
def test_the_worst_takes_under_a_tenth_of_a_second(name: str) -> None:
    """Processor time, best of three: a busy machine does not fail it, quadratic work does."""
    data = WORST[name].encode()
    assert RECORD_LIMIT * 0.4 < len(data) <= RECORD_LIMIT
    times = []
    for _ in range(3):
        start = time.process_time()
        try:
            read(data)
        except GitprovError as error:
            said = str(error)
        else:
            said = ""
        times.append(time.process_time() - start)
    assert min(times) < 0.1
    assert len(said) < 1000
