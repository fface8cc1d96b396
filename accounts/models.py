"""People with an account, and the roles they hold."""

from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models, transaction
from django.db.models import prefetch_related_objects
from django.db.models.functions import Lower, Now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import confirming
from audit.acts import Done
from audit.models import AuditEvent
from budgeting.models import District
from budgeting.people import RoleName
from lib.one_line import OneLine
from lib.refusal import require


class UserManager(BaseUserManager["User"]):
    """Makes users by e-mail, as Django's own commands ask for."""

    def proved(self) -> "models.QuerySet[User]":
        """Active people whose address was proved: no other carries a role, a verification or a vote."""
        addresses = EmailAddress.objects.filter(user=models.OuterRef("pk"), verified=True)
        return self.filter(models.Exists(addresses), is_active=True)

    def get_by_natural_key(self, email: str | None) -> "User":
        return self.get(email__iexact=email)

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A person with an account; the e-mail address is the identity, the name is what others see.

    The other rooms know a person only by the questions answered here (`is_clerk`, …) and by `record`.
    """

    email = models.EmailField(gettext_lazy("e-mail address"), unique=True)
    name = OneLine(
        gettext_lazy("public name"),
        max_length=80,
        blank=True,
        help_text=gettext_lazy("What others see beside what you write."),
    )
    language = models.CharField(
        gettext_lazy("language"),
        max_length=10,
        blank=True,
        help_text=gettext_lazy("Of the mails you get. Empty: the city's."),
    )
    is_staff = models.BooleanField(gettext_lazy("may enter the set-up"), default=False)
    is_active = models.BooleanField(gettext_lazy("active"), default=True)
    joined_at = models.DateTimeField(gettext_lazy("joined"), db_default=Now(), editable=False)

    USERNAME_FIELD = "email"
    objects = UserManager()

    class Meta:
        verbose_name = gettext_lazy("user")
        verbose_name_plural = gettext_lazy("users")
        constraints = (
            models.UniqueConstraint(
                Lower("email"),
                name="one_account_per_address_whatever_the_case",
                violation_error_message=gettext_lazy("Another account has this e-mail address already."),
            ),
        )

    def __str__(self) -> str:
        return self.name or _("Resident %d") % self.pk

    def has_role(self, kind: RoleName, district: District | None = None) -> bool:
        """Does this person hold the role, for that district or for all? Without a district: anywhere.

        The roles are read once and kept with this object, that is for one request.
        """
        prefetch_related_objects([self], "roles")
        return any(
            role.kind == kind and (district is None or role.district_id in (None, district.pk))
            for role in self.roles.all()
        )

    @property
    def is_clerk(self) -> bool:
        return self.has_role(RoleName.CLERK)

    @property
    def is_council(self) -> bool:
        return self.has_role(RoleName.COUNCIL)

    @property
    def is_auditor(self) -> bool:
        return self.has_role(RoleName.AUDITOR)

    def is_committee_for(self, district: District) -> bool:
        return self.has_role(RoleName.COMMITTEE, district)

    @property
    def holds_a_role(self) -> bool:
        return any(self.has_role(kind) for kind in RoleName)

    holds_a_letter = False  # an account votes by its tie to the register

    @property
    def must_use_a_second_factor(self) -> bool:
        """Whoever holds a role or may enter the set-up (ASVS 6.3.3)."""
        return self.is_staff or self.is_superuser or self.holds_a_role

    @property
    def has_a_second_factor(self) -> bool:
        """An authenticator app or a passkey; recovery codes alone are none."""
        return is_mfa_enabled(self, [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN])

    @property
    def is_proved(self) -> bool:
        """Has its owner shown that they read mail at this address?"""
        return User.objects.proved().filter(pk=self.pk).exists()

    @property
    def named(self) -> str:
        """By name and address: how staff are chosen and listed, since anybody may call themselves anything."""
        return f"{self.name} <{self.email}>" if self.name else self.email

    def why_not_confirm(self, at: datetime) -> str:
        """Why this person does not confirm what another proposed, in a sentence; empty if they may."""
        return confirming.why_not(self, at)

    @transaction.atomic
    def grant(self, kind: RoleName, *, by: "User | None", at: datetime, district: District | None = None) -> "Role":
        """Give this person a role, on record; `by` None: from the command line. The same role again changes nothing.

        Raises Refused if their address was not proved.
        """
        require(self.is_proved, _("Nobody has proved the address %s yet: it carries no role.") % self.email)
        role, new = Role.objects.get_or_create(
            user=self, kind=kind, district=district, defaults={"granted_by": by, "granted_at": at}
        )
        if new:
            AuditEvent.append(Done.ROLE_GRANTED, by=by, on=self, role=kind, district=district and district.slug)
        self._forget_roles()
        return role

    def _forget_roles(self) -> None:
        getattr(self, "_prefetched_objects_cache", {}).pop("roles", None)

    def record(self, done: Done, *, on: models.Model | None = None, **facts: Any) -> None:
        """Append to the audit log, in the caller's transaction. `facts` never hold a ballot's content."""
        AuditEvent.append(done, by=self, on=on, **facts)


class KnownNetwork(models.Model):
    """A network from which somebody has signed in: mails asked for from there are not used up by strangers."""

    MOST = 20  # of one person; the oldest goes

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="known_networks")
    network = models.CharField(max_length=64)  # a keyed digest: notices.limits.network_of
    last_used_at = models.DateTimeField()

    class Meta:
        verbose_name = gettext_lazy("known network")
        verbose_name_plural = gettext_lazy("known networks")
        constraints = (
            models.UniqueConstraint(
                name="a_network_is_known_once",
                fields=["user", "network"],
                violation_error_message=gettext_lazy("This network is known already."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.user}: {self.network[:8]}"

    @classmethod
    def is_of(cls, email: str, network: str) -> bool:
        """Has whoever has this address signed in from there?"""
        return cls.objects.filter(user__email__iexact=email, network=network).exists()

    @classmethod
    def remember(cls, user: User, network: str, *, at: datetime) -> None:
        cls.objects.update_or_create(user=user, network=network, defaults={"last_used_at": at})
        of_theirs = cls.objects.filter(user=user).order_by("-last_used_at")
        cls.objects.filter(pk__in=[network.pk for network in of_theirs[cls.MOST :]]).delete()


class Role(models.Model):
    """What a member of staff, committee or council may do, in one district or in all (`district` empty)."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="roles")
    kind = models.CharField(gettext_lazy("role"), max_length=10, choices=RoleName)
    district = models.ForeignKey(
        District, on_delete=models.CASCADE, null=True, blank=True, help_text=gettext_lazy("Empty: all districts.")
    )
    granted_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    granted_at = models.DateTimeField(db_default=Now(), editable=False)
    told = models.BooleanField(default=False, editable=False)  # have the others who may confirm been told? new_roles.py

    class Meta:
        verbose_name = gettext_lazy("role")
        verbose_name_plural = gettext_lazy("roles")
        constraints = (
            models.UniqueConstraint(
                fields=["user", "kind", "district"],
                nulls_distinct=False,
                name="a_role_is_granted_once",
                violation_error_message=gettext_lazy("This person has this role there already."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.district or _('all districts')}"

    @staticmethod
    def holders_of(kind: RoleName, district: District | None = None) -> models.QuerySet[User]:
        """The directory of budgeting.people: who holds a role for a district or for all, by name."""
        roles = Role.objects.filter(kind=kind)
        if district is not None:
            roles = roles.filter(models.Q(district=district) | models.Q(district=None))
        return User.objects.proved().filter(pk__in=roles.values("user")).order_by("name", "pk")

    @transaction.atomic
    def revoke(self, *, by: User | None) -> None:
        """Take the role away, on record."""
        district = self.district and self.district.slug
        AuditEvent.append(Done.ROLE_REVOKED, by=by, on=self.user, role=self.kind, district=district)
        self.delete()
