"""Tokens and keys in the shape of real ones. They stand in two halves here, so that no scanner takes them for such."""

import base64
import json
import random
import string

_random = random.Random(34)
_WORD = string.ascii_letters + string.digits


def _made(length: int, characters: str = _WORD) -> str:
    return "".join(_random.choices(characters, k=length))


def _jwt() -> str:
    parts = [{"alg": "HS256", "typ": "JWT"}, {"sub": "1234567890", "name": "ada"}]
    coded = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
    return ".".join([*coded, _made(43)])


_HEX = string.hexdigits[:16]

TOKENS = {
    "AWS Access Key": "AKI" + "A" + _made(16, string.ascii_uppercase + string.digits),
    "Artifactory Credentials": "AK" + "C" + _made(40),
    "Azure Storage Account access key": "Account" + "Key=" + _made(86) + "==",
    "Discord Bot Token": f"M{_made(23)}." + f"{_made(6)}.{_made(27)}",
    "GitHub Token": "gh" + "p_" + _made(36),
    "GitLab Token": "gl" + "pat-" + _made(20),
    "JSON Web Token": _jwt(),
    "Mailchimp Access Key": _made(32, _HEX) + "-us" + "12",
    "NPM tokens": "//registry.example.org/:_auth" + "Token=npm_" + _made(36),
    "OpenAI Token": "sk-" + _made(20) + "T3Blbk" + "FJ" + _made(20),
    "Private Key": "-----BEGIN " + "PRIVATE KEY-----\n" + _made(64) + "\n",
    "PyPI Token": "pypi-" + "AgEIcHlwaS5vcmc" + _made(80),
    "SendGrid API Key": "SG" + "." + _made(22) + "." + _made(43),
    "Slack Token": "xox" + "b-" + "123456789012-1234567890123-" + _made(24, string.ascii_lowercase),
    "Square OAuth Secret": "sq0" + "csp-" + _made(43),
    "Stripe Access Key": "sk_" + "live_" + _made(24),
    "Telegram Bot Token": "110201543" + ":" + _made(35),
    "Twilio API Key": "S" + "K" + _made(32, _HEX),
}
"""What detect-secrets calls it, and one of it."""

BLOCKS = ["RSA", "EC", "DSA", "OPENSSH"]
"""Private keys of other kinds."""
