"""Keyless signatures by the sigstore package, which takes half a second to import: only where one is met or made."""

import logging

from gitprov.adapters.sigstore.verifying import verify_keyless

__all__ = ["verify_keyless"]

logging.getLogger("sigstore").addHandler(logging.NullHandler())  # what it would warn of on stderr, we refuse
