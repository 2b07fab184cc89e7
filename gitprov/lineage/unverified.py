"""Content of which nobody has the bytes, in words: by what it is known, and how its bytes may be had."""

from gitprov.records import ReferencedContent

_WAYS = {
    "mlflow": "bring the bytes: gitprov import mlflow URI|DIR",
    "mlflow-dataset": "add the data set, and make again what was made of it: gitprov add PATH",
}


def known_by(content: ReferencedContent) -> str:
    """Returns by what a content is known whose bytes nobody has."""
    return "MD5" if content.reference.kind == "dvc" else "reference"


def way_out(content: ReferencedContent) -> str:
    """Returns how its bytes may be had; "" where the usual way will do."""
    return _WAYS.get(content.reference.kind, "")
