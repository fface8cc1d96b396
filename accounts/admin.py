"""Set-up of people: users and the roles they hold. No digest is shown, and nothing of a ballot is anywhere here."""

import allauth.account.admin
import allauth.mfa.admin
import allauth.socialaccount.admin
import allauth.usersessions.admin  # noqa: F401  (these four put their tables into the set-up)
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialToken
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest

from accounts.models import Role, User
from accounts.visitors import user_of
from audit.acts import Done
from budgeting.people import RoleName
from lib import clock

# Whoever could write these could sign in as anybody, vote in their name, and be on no record.
admin.site.unregister([EmailAddress, Authenticator, SocialAccount, SocialToken, UserSession])


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


@admin.register(Authenticator)
class AuthenticatorAdmin(admin.ModelAdmin[Authenticator]):
    """Second factors, to take away, on record, from whoever lost theirs; nobody gives one to somebody else."""

    list_display = ("user", "type", "created_at", "last_used_at")
    list_filter = ("type",)
    search_fields = ("user__email", "user__name")
    fields = ("user", "type", "created_at", "last_used_at")
    actions = None

    def delete_model(self, request: HttpRequest, factor: Authenticator) -> None:
        user_of(request).record(Done.SECOND_FACTOR_TAKEN, on=factor.user, type=factor.type)
        super().delete_model(request, factor)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Authenticator | None = None) -> bool:
        return False


@admin.register(Role)
class RoleAdmin(admin.ModelAdmin[Role]):
    """Granting and taking away, both on record in the audit log. A role is not edited: take it away, grant another."""

    list_display = ("user", "kind", "district", "granted_by", "granted_at")
    list_filter = ("kind", "district")
    list_select_related = ("user", "district", "granted_by")
    search_fields = ("user__email", "user__name")
    autocomplete_fields = ("user",)
    fields = ("user", "kind", "district")

    def save_model(self, request: HttpRequest, role: Role, form: ModelForm[Role], change: bool) -> None:
        granted = role.user.grant(RoleName(role.kind), by=user_of(request), at=clock.now(), district=role.district)
        role.pk, role._state.adding = granted.pk, False

    def delete_model(self, request: HttpRequest, role: Role) -> None:
        role.revoke(by=user_of(request))

    def delete_queryset(self, request: HttpRequest, roles: QuerySet[Role]) -> None:
        for role in roles:
            role.revoke(by=user_of(request))

    def has_change_permission(self, request: HttpRequest, obj: Role | None = None) -> bool:
        return False
