"""The canonical YAML form, read and judged in one pass. docs/format.md, "Canonical form".

A document that is not exactly what `gitprov.records.emit` writes is refused with its line, whatever a YAML reader
would make of it; hostile bytes raise nothing but our errors, in time linear in their length.
"""

import re
from operator import length_hint

from gitprov.errors import Code, GitprovError
from gitprov.errors import catalogue as codes
from gitprov.ids import MAX_DEPTH, MAX_INTEGER, Value, sort_key
from gitprov.records.emit import KEY_LIMIT, PLAIN, RECORD_LIMIT, RESERVED, emit_float, emit_text

_is_plain = PLAIN.fullmatch
_reserved = f"(?=[{''.join({word[0] + word[0].upper() for word in RESERVED})}])(?i:{'|'.join(RESERVED)})"
_lines = re.compile(
    rf"( *+)(- (?:- )*+|)(?:(?!{_reserved}:)([A-Za-z_/][A-Za-z0-9_./@+-]{{0,{KEY_LIMIT - 1}}}+):(?: (?=.)|(?=\n))|)"
    rf"""(?:(?!{_reserved}\n)({PLAIN.pattern})\n|("(?!{PLAIN.pattern}")[ !#-\[\]-~]*+")\n|(.*)\n)""",
).findall
"""Takes whole lines apart: spaces, dashes, a plain key, and a value, which is a plain word, or ASCII in double quotes,
needed and without escapes, or another. What is to be looked at again stands in the last, any other key included. Of a
line that does not end it would try each character for the beginning of one."""
_END = ("", "", "", "", "", "")
"""Stands behind the last line; no line is this very tuple."""
_is_double = re.compile(r'"(?:[^"\\]|\\(?:["\\ntr]|x[0-9a-f]{2}|u[0-9a-f]{4}|U000[0-9a-f]{5}))*+"').fullmatch
_quoted = re.compile(r""""(?:[^"\\]|\\.)*+"|'(?:[^']|'')*+'""").match
_escapes = re.compile(r"\\(?:x(..)|u(.{4})|U(.{8})|(.))").sub
_is_integer = re.compile(r"0|-?[1-9][0-9]{0,15}").fullmatch
_is_float = re.compile(r"-?(?:0|[1-9][0-9]{0,19})\.[0-9]{1,30}(?:e[+-][1-9][0-9]{0,2})?").fullmatch
_NAMED = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\"}
_CONSTANTS: dict[str, Value] = {"true": True, "false": False, "null": None}


def read(data: bytes, *, name: str = "record", limit: int = RECORD_LIMIT) -> dict[str, Value]:
    """Returns the mapping that `data` is the canonical form of.

    Args:
        data: The bytes of the file.
        name: What errors call the file.
        limit: Largest size accepted, in bytes.

    Raises:
        GitprovError: GP-YML-001 not UTF-8; GP-YML-002 not canonical; GP-YML-003 too large; GP-YML-004 too deep;
            GP-YML-005 keys twice or out of order. The message names the line.
    """
    if len(data) > limit:
        raise codes.YML_SIZE.error(f"{name} has {len(data)} bytes, more than {limit}")
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise codes.YML_ENCODING.error(f"{name}:{line} is not UTF-8") from None
    return _Reader(text, name).document()


class _Reader:
    """Walks the lines once; `line` is the one that was taken last."""

    def __init__(self, text: str, name: str) -> None:
        self.text = text
        self.name = name

    def document(self) -> dict[str, Value]:
        if not self.text:
            raise self.error("the file is empty", line=1)
        if not self.text.endswith("\n"):
            raise self.error("the last line does not end in a line feed", line=self.text.count("\n") + 1)
        if self.text == "{}\n":
            return {}
        lines = _lines(self.text)
        lines.append(_END)
        self.last = len(lines)
        self.rest = iter(lines)
        self.line = next(self.rest)
        return self.mapping("", 1)

    def error(self, why: str, *, line: int | None = None, code: Code = codes.YML_SYNTAX) -> GitprovError:
        number = self.last - length_hint(self.rest) if line is None else line
        return code.error(f"{self.name}:{number} is not in the canonical form", why=why)

    def mapping(self, margin: str, depth: int) -> dict[str, Value]:
        """Reads the mapping whose first line was taken, and takes the line behind it."""
        if depth > MAX_DEPTH:
            raise self.error(f"nested more than {MAX_DEPTH} levels deep", code=codes.YML_DEPTH)
        out: dict[str, Value] = {}
        line, take, previous = self.line, self.rest.__next__, ""
        while True:
            space, dashes, key, plain, quoted, other = line
            if space != margin:
                if space < margin:
                    self.line = line
                    return out
                raise self.error("unexpected indentation")
            if key and not dashes:
                in_order = key > previous  # as UTF-16 orders them, too, since one of the two is ASCII
            elif line is _END:
                return out
            else:
                key, other = self.key(dashes + (plain or quoted or other))
                plain = quoted = ""
                in_order = not out or sort_key(key) > sort_key(previous)
            if not in_order:
                raise self.error(f"key {key[:80]!r} stands twice or out of order", code=codes.YML_ORDER)
            previous = key
            if plain:
                out[key] = plain
                line = take()
            elif quoted or other:
                out[key] = quoted[1:-1] if quoted else self.scalar(other)
                line = take()
            else:
                self.line = take()
                out[key] = self.block(margin + "  ", depth + 1)
                line = self.line

    def key(self, text: str) -> tuple[str, str]:
        """Returns the key of a line and the text of its value, empty when a block follows."""
        if text.startswith(" "):
            raise self.error("unexpected indentation")
        match = _quoted(text)
        if match is not None:
            written, rest = match.group(), text[match.end() :]
            key = self.quoted(written)
        else:
            if text.endswith(":") and " " not in text:
                written, rest = text[:-1], ":"
            else:
                written, _, value = text.partition(": ")
                rest = ": " + value
            if _is_plain(written) is None or written.lower() in RESERVED:
                raise self.error("a key is expected here, quoted unless it is a plain word")
            key = written
        if len(written) > KEY_LIMIT:
            raise self.error(f"a key is longer than {KEY_LIMIT} characters")
        if rest == ":":
            return key, ""
        if not rest.startswith(": ") or len(rest) == 2:
            raise self.error("a colon, one space and a value are expected after the key")
        return key, rest[2:]

    def block(self, margin: str, depth: int) -> Value:
        """Reads what stands below a key: a mapping or a sequence, never empty."""
        if self.line is _END:
            raise self.error("a value is missing at the end")
        space, dashes, *_ = self.line
        if space < margin:
            raise self.error("a value is missing, or not indented by two spaces")
        if dashes and space == margin:
            return self.sequence(margin, depth)
        return self.mapping(margin, depth)

    def sequence(self, margin: str, depth: int) -> list[Value]:
        """Reads the list whose first line was taken, and takes the line behind it."""
        if depth > MAX_DEPTH:
            raise self.error(f"nested more than {MAX_DEPTH} levels deep", code=codes.YML_DEPTH)
        out: list[Value] = []
        while True:
            space, dashes, key, plain, quoted, other = self.line
            if space < margin:
                return out
            if not dashes or space > margin:
                raise self.error("a list item is expected here")
            if len(dashes) > 2:  # a list in a list, or a mapping, begins behind the dash
                self.line = (f"{space}  ", dashes[2:], key, plain, quoted, other)
                out.append(self.sequence(margin + "  ", depth + 1))
            elif key or (other and self.is_pair(other)):
                self.line = (f"{space}  ", "", key, plain, quoted, other)
                out.append(self.mapping(margin + "  ", depth + 1))
            else:
                out.append(plain or (quoted[1:-1] if quoted else self.scalar(other)))
                self.line = next(self.rest)

    @staticmethod
    def is_pair(text: str) -> bool:
        """Tells whether a list item begins a mapping: a scalar never holds `: ` outside quotes nor ends in `:`."""
        match = _quoted(text)
        if match is not None:
            return text.startswith(":", match.end())
        return ": " in text or text.endswith(":")

    def scalar(self, text: str) -> Value:
        if _is_integer(text):
            number = int(text)
            if abs(number) > MAX_INTEGER:
                raise self.error(f"{text} is beyond 2^53-1")
            return number
        if text in _CONSTANTS:
            return _CONSTANTS[text]
        if _is_plain(text):
            if text.lower() in RESERVED:
                raise self.error(f"{text} must be quoted")
            return text
        if text.startswith(('"', "'")):
            return self.quoted(text)
        if _is_float(text):
            return self.float(text)
        if text == "{}":
            return {}
        if text == "[]":
            return []
        raise self.error("not a scalar in its canonical form")

    def float(self, text: str) -> float:
        number = float(text)
        if (number.is_integer() and abs(number) <= MAX_INTEGER) or emit_float(number) != text:
            raise self.error(f"{text[:40]} is not the shortest form of that number")
        return number

    def quoted(self, text: str) -> str:
        if text.startswith("'"):
            value = text[1:-1].replace("''", "'")
        elif _is_double(text) is not None:
            value = _escapes(_unescape, text[1:-1])
        else:
            raise self.error("not a quoted string with the allowed escapes")
        if emit_text(value) != text:
            raise self.error("a string is not in its only form: quoted without need, or with other quotes or escapes")
        return value


def _unescape(match: re.Match[str]) -> str:
    named = match[4]
    return _NAMED[named] if named is not None else chr(int(match[1] or match[2] or match[3], 16))
