"""The city's own sign-in (OpenID Connect): which one there is, and what is believed of what it says."""

from typing import Any

from allauth.socialaccount.adapter import DefaultSocialAccountAdapter, _build_apps_from_settings
from django.http import HttpRequest


class Elsewhere(DefaultSocialAccountAdapter):
    """Providers come from the environment only, and say who somebody is there, never whose account is theirs here.

    An address they name is proved by a code like any other, and no account is found by it.
    """

    def list_apps(self, request: HttpRequest, provider: Any = None, client_id: Any = None) -> list[Any]:
        """None from the database, whoever may have written there."""
        apps = _build_apps_from_settings(provider=provider, client_id=client_id)
        return [app for of_one in apps.values() for app in of_one]

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        for address in sociallogin.email_addresses:
            address.verified = False

    def can_authenticate_by_email(self, login: Any, email: str) -> bool:
        return False
