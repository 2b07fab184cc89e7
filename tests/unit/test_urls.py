"""User information in URLs (demand 34)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitprov.ids.urls import mask_user_info

part = st.text("abcXYZ019-._~%!*", min_size=1, max_size=12)


@given(user=part, password=part, scheme=st.sampled_from(["https", "postgres", "s3", "git+ssh"]), host=part)
def test_a_password_is_masked_in_any_scheme(user: str, password: str, scheme: str, host: str) -> None:
    text = f"curl -s {scheme}://{user}:{password}@{host}/a@b?c=d@e"
    assert mask_user_info(text) == f"curl -s {scheme}://***@{host}/a@b?c=d@e"


@pytest.mark.parametrize("text", ["https://t0ken@host/x", "HTTP://t0ken@host", "git+https://t0ken@host/x.git@v1"])
def test_a_user_alone_is_masked_in_http(text: str) -> None:
    assert "t0ken" not in mask_user_info(text)


def test_every_url_of_a_text_is_masked() -> None:
    assert mask_user_info("a://b:c@d, https://e@f") == "a://***@d, https://***@f"
    assert mask_user_info("https://ada:pass@word@host") == "https://***@host"


@pytest.mark.parametrize(
    "text",
    [
        "https://host/a@b",
        "https://host?to=ada@example.org",
        "https://host#ada@example.org",
        "ssh://git@host/x.git",
        "git@host:x.git",
        "ada@example.org",
        "https://$USER:$TOKEN@host",
        "https://ada:${TOKEN}@host",
        "https://{params.user}:{params.token}@host",
        "https://$TOKEN@host",
        "see https://host, write to ada@example.org",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert mask_user_info(text) == text
