"""Files that ship with gitprov are found, or missed with a way out."""

import pytest

from gitprov.errors import GitprovError
from gitprov.wiring.resources import list_resources, read_resource


def test_a_checkout_has_them_at_its_root() -> None:
    assert read_resource("hooks/README.md").startswith(b"# Hooks\n")


def test_a_missing_one_says_how_to_mend_the_installation() -> None:
    with pytest.raises(GitprovError, match="gitprov's own file templates/none is not installed") as raised:
        read_resource("templates/none")
    assert (raised.value.code.id, raised.value.fix) == ("GP-IO-001", "pip install --force-reinstall gitprov")


def test_a_folder_is_listed() -> None:
    assert "templates/policies/fairness.yaml" in list_resources("templates/policies")
    assert list_resources("templates/none") == []
