"""Whoever changes what is said of a blob has to say so, so that nobody reads what another edition said."""

import inspect

from gitprov.ids import sha256_of
from gitprov.lineage.ledger import links
from gitprov.lineage.values import flatten, values
from gitprov.recording.indexed import EDITION, card

SAID = {"1": "9542fcea52712aa6"}


def test_what_is_said_of_a_blob_is_of_this_edition() -> None:
    """If this fails raise EDITION, and put the new digest here in the place of the old one."""
    said = "".join(inspect.getsource(one) for one in (links, values, flatten, card))
    assert {EDITION: sha256_of(said.encode())[7:23]} == SAID
