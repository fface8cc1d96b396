"""Set-up of people: who may enter it. Roles and lost second factors are for the desk (views/roles.py)."""

import allauth.account.admin
import allauth.mfa.admin
import allauth.socialaccount.admin
import allauth.usersessions.admin  # noqa: F401  (these four put their tables into the set-up)
import django.contrib.auth.admin  # noqa: F401  (and this one)
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth.models import Group
from django.forms import ModelForm
from django.http import HttpRequest

from accounts.models import User
from accounts.sessions import end_sessions
from audit.admin import SetUp

# Whoever could write these could sign in as anybody, vote in their name, and be on no record.
admin.site.unregister([EmailAddress, Authenticator, Group, SocialAccount, SocialApp, SocialToken, UserSession])


@admin.register(User)
class UserAdmin(SetUp[User]):
    """Who may sign in, and who may enter the set-up. All else of an account is its owner's."""

    list_display = ("email", "name", "is_active", "is_staff", "joined_at")
    list_filter = ("is_active", "is_staff", "roles__kind")
    search_fields = ("email", "name")
    fields = ("email", "name", "is_active", "is_staff", "is_superuser", "joined_at", "last_login")
    readonly_fields = ("email", "name", "joined_at", "last_login")
    ordering = ("email",)

    def save_model(self, request: HttpRequest, user: User, form: ModelForm[User], change: bool) -> None:
        """A session that was open before somebody may enter the set-up, or may no longer sign in, ends."""
        super().save_model(request, user, form, change)
        if form.changed_data:
            end_sessions(user, but=request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False
