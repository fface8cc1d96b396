"""The city's own sign-in (OpenID Connect): which one there is, and what is believed of what it says."""

from copy import copy
from typing import Any

from allauth.socialaccount.adapter import DefaultSocialAccountAdapter, _build_apps_from_settings
from django.db.models import Model
from django.db.models.expressions import DatabaseDefault
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

    def serialize_instance(self, instance: Model) -> Any:
        """Whoever signs up waits in the session; what the database fills in cannot, and need not."""
        waiting = copy(instance)
        for name, value in instance.__dict__.items():
            if isinstance(value, DatabaseDefault):
                del waiting.__dict__[name]
        return super().serialize_instance(waiting)
