"""Set-up of people: who has an account. Roles and lost second factors are for the desk (views/roles.py)."""

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
from accounts.visitors import user_of
from audit.acts import Done

# Whoever could write these could sign in as anybody, vote in their name, and be on no record.
admin.site.unregister([EmailAddress, Authenticator, Group, SocialAccount, SocialApp, SocialToken, UserSession])


@admin.register(User)
class UserAdmin(admin.ModelAdmin[User]):
    """Passwords are set by their owners, by mail; an account is never deleted here, only made inactive."""

    list_display = ("email", "name", "is_active", "is_staff", "joined_at")
    list_filter = ("is_active", "is_staff", "roles__kind")
    search_fields = ("email", "name")
    fields = ("email", "name", "is_active", "is_staff", "is_superuser", "joined_at", "last_login")
    readonly_fields = ("joined_at", "last_login")

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        """An address is where sign-in codes go: once the account is there, its owner alone changes it."""
        return (*self.readonly_fields, *(("email",) if obj else ()))

    def save_model(self, request: HttpRequest, user: User, form: ModelForm[User], change: bool) -> None:
        if not change:
            user.set_unusable_password()
        super().save_model(request, user, form, change)
        changes = {name: form.cleaned_data[name] for name in form.changed_data if name.startswith("is_")}
        user_of(request).record(Done.CHANGED if change else Done.MADE, on=user, **changes)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False
