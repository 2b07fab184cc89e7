"""Every text of a record has its place: what looks for secrets sees them all (demand 34, threat A31)."""

from gitprov.check.secrets import Text, texts_of, without_words
from gitprov.ids import sha256_of
from gitprov.records import Output, Run

RUN = Run(
    step="train",
    actor="ann",
    command=("python", "--key=x"),
    params={"db": {"url": "u", "ports": [1, "two"]}, "on": True},
    outputs={"m": Output(artifact=sha256_of(b"a"), content=sha256_of(b"c"), path="p", recipe=sha256_of(b"r"))},
)


def test_each_text_is_told_with_its_place_and_the_key_that_it_stands_under() -> None:
    found = list(texts_of(RUN))
    for one in (
        Text("step", "train", "step"),
        Text("command[0]", "python"),
        Text("command[1]", "--key=x"),
        Text("params.db.url", "u", "url"),
        Text("params.db.ports[1]", "two"),
        Text("outputs.m.path", "p", "path"),
        Text("a name", "step", is_key=True),
        Text("a name in params", "db", is_key=True),
        Text("a name in params.db", "url", is_key=True),
        Text("a name in outputs", "m", is_key=True),
    ):
        assert found.count(one) == 1
    assert {type(one.text) for one in found} == {str}, "numbers and truths are no texts"
    assert Text("x", "y") == Text("x", "y", "", is_key=False)


def test_words_are_taken_out_where_they_stand_alone() -> None:
    assert without_words("train the trainer, train", ("train",)) == " the trainer, "
    assert without_words("a.b axb", ("a.b",)) == " axb"
    assert without_words("as it is", ()) == "as it is"
    assert without_words("one two three", ("one", "three")) == " two "
