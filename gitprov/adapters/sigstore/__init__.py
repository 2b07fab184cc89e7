"""Keyless signatures by the sigstore package, which takes half a second to import: only where one is met or made."""

from gitprov.adapters.sigstore.verifying import verify_keyless

__all__ = ["verify_keyless"]
