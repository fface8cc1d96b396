"""People with an account."""

from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models, transaction
from django.db.models import prefetch_related_objects
from django.db.models.functions import Lower, Now
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import confirming
from accounts.models.role import Role
from audit.acts import Done
from audit.models import AuditEvent
from budgeting.models import District
from budgeting.people import RoleName
from lib import clock
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
        """On record: whoever can run a command on the server makes one, and nobody sees it otherwise."""
        with transaction.atomic():
            user = self.create_user(email, password, is_staff=True, is_superuser=True, **fields)
            AuditEvent.append(Done.MADE, by=None, on=user, is_staff=True, is_superuser=True)
        return user


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
    session_epoch = models.PositiveIntegerField(default=0, editable=False)  # sessions of an earlier one have ended
    closed_at = models.DateTimeField(gettext_lazy("closed"), null=True, editable=False)  # by its owner: closing.py
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
        if self.closed_at:
            return _("A former resident")
        return self.name or _("Resident %d") % self.pk

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What Django compares each session with: a changed password ends them all, and so does a new epoch."""
        epoch = f" {self.session_epoch}" if self.session_epoch else ""
        salt = "django.contrib.auth.models.AbstractBaseUser.get_session_auth_hash"
        return salted_hmac(salt, self.password + epoch, secret=secret, algorithm="sha256").hexdigest()

    def has_role(self, kind: RoleName, district: District | None = None) -> bool:
        """Does this person hold the role, for that district or for all? Without a district: anywhere.

        The roles are read once and kept with this object, that is for one request.
        """
        return any(
            role.kind == kind and (district is None or role.district_id in (None, district.pk))
            for role in self.roles_at(clock.now())
        )

    def roles_at(self, at: datetime) -> "list[Role]":
        """The roles whose term it is, read once and kept with this object."""
        prefetch_related_objects([self], "roles")
        return [role for role in self.roles.all() if role.stands(at)]

    @property
    def is_clerk(self) -> bool:
        return self.has_role(RoleName.CLERK)

    @property
    def is_council(self) -> bool:
        return self.has_role(RoleName.COUNCIL)

    @property
    def is_auditor(self) -> bool:
        return self.has_role(RoleName.AUDITOR)

    @property
    def is_department(self) -> bool:
        return self.has_role(RoleName.DEPARTMENT)

    def is_committee_for(self, district: District) -> bool:
        return self.has_role(RoleName.COMMITTEE, district)

    @property
    def holds_a_role(self) -> bool:
        return any(self.has_role(kind) for kind in RoleName)

    holds_a_letter = False  # an account votes by its tie to the register

    @property
    def gives_roles(self) -> bool:
        """A clerk; and whoever sets the site up, since somebody makes the first clerk."""
        return self.is_clerk or self.is_superuser

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
    def grant(
        self,
        kind: RoleName,
        *,
        by: "User | None",
        at: datetime,
        district: District | None = None,
        begins: datetime | None = None,
        ends: datetime | None = None,
    ) -> "Role":
        """Give this person a role for a term, on record; `by` None: from the command line.

        The same role for the same term again changes nothing; for another term it is prolonged, shortened, or begun
        anew if it was over. Raises Refused if their address was not proved.
        """
        require(self.is_proved, _("Nobody has proved the address %s yet: it carries no role.") % self.email)
        role = Role.objects.filter(user=self, kind=kind, district=district).first()
        if role and role.stands(at) and (role.begins, role.ends) == (begins, ends):
            return role
        if role is None or not role.stands(at):
            Role.objects.filter(user=self, kind=kind, district=district).delete()
            role = Role(user=self, kind=kind, district=district, granted_at=at)
            self.end_sessions()
        role.granted_by, role.begins, role.ends = by, begins, ends
        role.save()
        term = {name: moment.isoformat() for name, moment in (("begins", begins), ("ends", ends)) if moment}
        AuditEvent.append(Done.ROLE_GRANTED, by=by, on=self, role=kind, district=district and district.slug, **term)
        self._forget_roles()
        return role

    def end_sessions(self) -> None:
        """Every session of this person ends, wherever it is kept."""
        User.objects.filter(pk=self.pk).update(session_epoch=models.F("session_epoch") + 1)
        self.refresh_from_db(fields=["session_epoch"])

    def _forget_roles(self) -> None:
        getattr(self, "_prefetched_objects_cache", {}).pop("roles", None)

    def record(self, done: Done, *, on: models.Model | None = None, **facts: Any) -> None:
        """Append to the audit log, in the caller's transaction. `facts` never hold a ballot's content."""
        AuditEvent.append(done, by=self, on=on, **facts)
