"""Commit messages: whatever people write, the trailers are ours."""

from hypothesis import given
from hypothesis import strategies as st

from gitprov.ids import sha256_of
from gitprov.promotion import messages
from gitprov.records import Request, store

KEYS = ["Gitprov-Request", "Gitprov-Replaces", "Gitprov-Evidence", "Gitprov-Requester", "Gitprov-Reason"]
texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(lambda text: any(map(str.isalnum, text)))


@given(reason=texts, summary=texts)
def test_no_text_makes_a_trailer_or_steers_a_terminal(reason: str, summary: str) -> None:
    """Threat A30: `git log` is read by people and by programs."""
    digest = sha256_of(b"x")
    request = Request(
        project=digest,
        kind="withdraw",
        name="churn",
        stage="production",
        sequence=2,
        replaces=digest,
        evidence=digest,
        policy=digest,
        evaluated_at="2026-11-21T00:00:00Z",
        expires="2026-12-05T00:00:00Z",
        reason=reason,
        summary=(summary,),
    )
    message = messages.asks(store(request), request, "alice")
    subject, blank, line, also_blank, *trailers = message.split("\n")
    assert (subject, blank, line[:2], also_blank) == ("Withdraw churn from production", "", "- ", "")
    assert [trailer.partition(": ")[0] for trailer in trailers] == KEYS
    assert all(part.isprintable() for part in message.split("\n"))
