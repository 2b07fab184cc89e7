"""Looks for secrets: `gitprov.ports.scanner.SecretScanner` over detect-secrets."""

from gitprov.adapters.secrets.shapes import DetectSecrets as DetectSecrets
from gitprov.adapters.secrets.shapes import find_scanner as find_scanner
