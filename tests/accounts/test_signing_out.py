"""Leaving nothing behind at a shared computer."""

from django.test import Client

from accounts.models import User


def test_signing_out_has_the_browser_forget_what_it_showed(client: Client, rosa: User) -> None:
    """ASVS 14.3.1. The booth's "Sign out and clear" promises it."""
    client.force_login(rosa)
    assert "Clear-Site-Data" not in client.get("/me/").headers
    answer = client.post("/accounts/logout/")
    assert answer.headers["Clear-Site-Data"] == '"cache"'
    assert client.get("/me/").status_code == 302
