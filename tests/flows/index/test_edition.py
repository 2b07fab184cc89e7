"""Whoever changes what is said of a blob has to say so, so that nobody reads what another edition said."""

import inspect

from gitprov.ids import sha256_of
from gitprov.lineage import ledger
from gitprov.lineage.values import flatten, values
from gitprov.recording.indexed import EDITION, card

SAID = {"3": "03ab06f4b5e401af"}


def test_what_is_said_of_a_blob_is_of_this_edition() -> None:
    """If this fails raise EDITION, and put the new digest here in the place of the old one."""
    said = "".join(inspect.getsource(one) for one in (ledger.links, ledger._links_of_run, values, flatten, card))
    assert {EDITION: sha256_of(said.encode())[7:23]} == SAID
