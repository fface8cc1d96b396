"""Sign-ins of the city that are connected with an account, and taking one off."""

from typing import Any

from allauth.socialaccount import forms as allauth
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialAccount
from django.contrib import messages
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User


def has_a_choice(user: User) -> bool:
    """Is there a sign-in of the city to connect with this account, or one that is connected?"""
    return bool(get_adapter().list_apps(None)) or SocialAccount.objects.filter(user=user).exists()


class DisconnectForm(allauth.DisconnectForm):
    """Also one that the city no longer offers: allauth asks its provider, and there is none any more."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["account"]
        field.label, field.empty_label = gettext_lazy("Connected with your account"), None
        field.label_from_instance = _named

    def save(self) -> None:
        """That it is still them was shown before (changes.py), where it is put on record and told, too."""
        self.cleaned_data["account"].delete()
        messages.success(self.request, _("It is disconnected from your account."))


def _named(account: SocialAccount) -> str:
    offered = {app.provider_id: app.name for app in get_adapter().list_apps(None)}
    if account.provider not in offered:
        return _("%s, which the city no longer offers") % account.provider
    who = account.extra_data.get("userinfo", {}).get("email") or account.uid
    return f"{offered[account.provider]}: {who}"
