"""What knows tokens and keys by their shape; there only where the extra `gitprov[secrets]` is installed."""

from typing import Protocol


class SecretScanner(Protocol):
    """Looks for secrets in texts, on this machine alone."""

    def kinds(self, text: str, *, name: str = "") -> tuple[str, ...]:
        """Returns what kinds of secrets a text holds, in words (`GitHub Token`), sorted.

        Args:
            text: One line or many.
            name: What the text is the value of: under `db_password` every text is taken for a secret.
        """
        ...
