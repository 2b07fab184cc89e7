"""Transparency logs that have a key's signature."""

from gitprov.trust.bundles import Bundle


def is_logged(bundle: Bundle, pem: str, document: str) -> bool:  # noqa: ARG001 - until logs are read
    """Tells whether the transparency log entry of a bundle proves that its log has the signature of a key."""
    return False
