"""Keyless signatures by the sigstore package, which takes half a second to import: only where one is met or made."""
