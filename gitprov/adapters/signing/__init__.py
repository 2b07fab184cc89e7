"""Keys in files, and what checks signatures: `gitprov.ports.signing`."""

from gitprov.adapters.signing.ecdsa import EcdsaSigner
from gitprov.adapters.signing.keys import DEFAULT, FileKeys
from gitprov.adapters.signing.verifier import SignatureVerifier

__all__ = ["DEFAULT", "EcdsaSigner", "FileKeys", "SignatureVerifier"]
