"""The lineage graph: nodes are artifacts, edges are runs. Pure questions over a set of records."""

from gitprov.lineage.ledger import Held, Ledger, State
from gitprov.lineage.naming import Target, resolve

__all__ = ["Held", "Ledger", "State", "Target", "resolve"]
