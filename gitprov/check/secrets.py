"""The texts of a record, in which a secret could stand (demand 34, threat A31)."""

import re
from collections.abc import Iterator, Mapping

from gitprov.frozen import dataclass
from gitprov.ids import Value
from gitprov.records import Record
from gitprov.records.codec import to_data


@dataclass(frozen=True, slots=True)
class Text:
    """One text of a record.

    Attributes:
        place: Which field it is: `params.db.url`, `command[3]`.
        text: What it says; a key of a mapping is a text, too.
        name: The key that it stands under; "" for a key, and in a list.
        is_key: Whether it is a key, and so stands in the places of other texts.
    """

    place: str
    text: str
    name: str = ""
    is_key: bool = False


def texts_of(record: Record) -> Iterator[Text]:
    """Yields every text of a record, as its file has them."""
    return _texts(to_data(record), "", "")


def without_words(text: str, words: tuple[str, ...]) -> str:
    """Returns a text without some words of it: where they stand alone, not as a part of a longer one."""
    for word in words:
        text = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", "", text)
    return text


def _texts(value: Value, place: str, name: str) -> Iterator[Text]:
    if isinstance(value, str):
        yield Text(place, value, name)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield Text(f"a name in {place}" if place else "a name", key, is_key=True)
            yield from _texts(item, f"{place}.{key}" if place else key, key)
    elif isinstance(value, list | tuple):
        for position, item in enumerate(value):
            yield from _texts(item, f"{place}[{position}]", "")
