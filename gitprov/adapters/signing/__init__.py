"""Keys in files and ECDSA by the cryptography package: `gitprov.ports.signing`."""

from gitprov.adapters.signing.ecdsa import EcdsaSigner, EcdsaVerifier
from gitprov.adapters.signing.keys import DEFAULT, FileKeys

__all__ = ["DEFAULT", "EcdsaSigner", "EcdsaVerifier", "FileKeys"]
