"""The folders of configuration are those that platformdirs knows, which DVC asks."""

import platformdirs
import pytest

from gitprov.adapters.user_folders import site_config, user_config


@pytest.mark.parametrize(
    "variables", [{}, {"XDG_CONFIG_HOME": "/h", "XDG_CONFIG_DIRS": "/s:/t"}, {"HOME": "/elsewhere"}]
)
def test_they_are_those_of_platformdirs(variables: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("XDG_CONFIG_HOME", "XDG_CONFIG_DIRS"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    for program, author in (("gitprov", None), ("dvc", "iterative")):
        assert user_config(program, author) == platformdirs.user_config_dir(program, author)
        assert site_config(program, author) == platformdirs.site_config_dir(program, author)
