"""People with an account, and the roles they hold."""

from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models, transaction
from django.db.models import prefetch_related_objects
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from accounts.codes import code_digest
from accounts.models.audit import AuditEvent
from accounts.models.register import Resident
from accounts.models.verification import Claim, LetterCode, Refused, Verification, wrong_code
from budgeting.models import Cycle, District


class UserManager(BaseUserManager["User"]):
    """Makes users by e-mail, as Django's own commands ask for."""

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

    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(
        _("public name"), max_length=80, blank=True, help_text=_("What others see beside what you write.")
    )
    language = models.CharField(
        _("language"), max_length=10, blank=True, help_text=_("Of the mails you get. Empty: the city's.")
    )
    is_staff = models.BooleanField(_("may enter the set-up"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    joined_at = models.DateTimeField(_("joined"), default=timezone.now, editable=False)

    USERNAME_FIELD = "email"
    objects = UserManager()

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = (models.UniqueConstraint(Lower("email"), name="one_account_per_address_whatever_the_case"),)

    def __str__(self) -> str:
        return self.name or _("Resident %d") % self.pk

    def has_role(self, kind: "Role.Kind", district: District | None = None) -> bool:
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
        return self.has_role(Role.Kind.CLERK)

    @property
    def is_council(self) -> bool:
        return self.has_role(Role.Kind.COUNCIL)

    @property
    def is_auditor(self) -> bool:
        return self.has_role(Role.Kind.AUDITOR)

    @property
    def is_committee(self) -> bool:
        return self.has_role(Role.Kind.COMMITTEE)

    def is_committee_for(self, district: District) -> bool:
        return self.has_role(Role.Kind.COMMITTEE, district)

    @property
    def holds_a_role(self) -> bool:
        return any(self.has_role(kind) for kind in Role.Kind)

    @property
    def must_use_a_second_factor(self) -> bool:
        """Whoever holds a role or may enter the set-up (ASVS 6.3.3)."""
        return self.is_staff or self.is_superuser or self.holds_a_role

    @property
    def has_a_second_factor(self) -> bool:
        """An authenticator app or a passkey; recovery codes alone are none."""
        return is_mfa_enabled(self, [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN])

    @transaction.atomic
    def grant(self, kind: "Role.Kind", *, by: "User | None", district: District | None = None) -> "Role":
        """Give this person a role, on record; `by` None: from the command line. The same role again changes nothing."""
        role, new = Role.objects.get_or_create(
            user=self, kind=kind, district=district, defaults={"granted_by": by, "granted_at": timezone.now()}
        )
        if new:
            AuditEvent.append(by, "role.granted", self, {"role": kind, "district": district and district.slug})
        self._forget_roles()
        return role

    def _forget_roles(self) -> None:
        getattr(self, "_prefetched_objects_cache", {}).pop("roles", None)

    def verification_for(self, cycle: Cycle) -> "Verification | None":
        """The tie to a line of that cycle's register, if there is one and the line is still on it."""
        ties = self.verifications.select_related("resident__district")
        return ties.filter(cycle=cycle, resident__removed_at=None).first()

    def is_verified_for(self, cycle: Cycle) -> bool:
        return self.verification_for(cycle) is not None

    @transaction.atomic
    def verify_by_letter(self, code: str, *, at: datetime) -> "Verification | Claim":
        """Tie this account to the line of the register a letter's code was made for, and use the code up.

        A claim comes back, for a clerk to settle, if the line has another account. Raises Refused with one and the same
        sentence for a code that is wrong, used, voided or too late, and with another for an account already verified.
        """
        letter = LetterCode.objects.select_related("resident__cycle").filter(digest=code_digest(code)).first()
        if letter is None:
            raise Refused(wrong_code())
        letter.use(at=at)
        return Verification.tie(letter.resident, self, Verification.Method.LETTER, by=self, at=at)

    @transaction.atomic
    def verify_at_desk(self, resident: Resident, *, by: "User", at: datetime) -> "Verification | Claim":
        """Tie this account to a line of the register, the person having shown a document to the clerk `by`.

        Letter codes of that line stop working. Raises Refused with a sentence for the clerk.
        """
        if by.pk == self.pk:
            raise Refused(_now("Your own account is for another clerk to verify."))
        made = Verification.tie(resident, self, Verification.Method.DESK, by=by, at=at)
        if isinstance(made, Verification):
            resident.letter_codes.filter(used_at=None, voided_at=None).update(voided_at=at, voided_by=by)
        return made

    def record(self, action: str, *, on: models.Model | None = None, **facts: Any) -> None:
        """Append to the audit log, in the caller's transaction. `facts` never hold a ballot's content."""
        AuditEvent.append(actor=self, action=action, on=on, facts=facts)


class Role(models.Model):
    """What a member of staff, committee or council may do, in one district or in all (`district` empty)."""

    class Kind(models.TextChoices):
        COMMITTEE = "committee", _("Committee member")
        CLERK = "clerk", _("Clerk")
        COUNCIL = "council", _("Council member")
        AUDITOR = "auditor", _("Auditor")

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="roles")
    kind = models.CharField(_("role"), max_length=10, choices=Kind)
    district = models.ForeignKey(
        District, on_delete=models.CASCADE, null=True, blank=True, help_text=_("Empty: all districts.")
    )
    granted_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    granted_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        constraints = (
            models.UniqueConstraint(
                fields=["user", "kind", "district"], nulls_distinct=False, name="a_role_is_granted_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.district or _('all districts')}"

    @transaction.atomic
    def revoke(self, *, by: User | None) -> None:
        """Take the role away, on record."""
        district = self.district and self.district.slug
        AuditEvent.append(by, "role.revoked", self.user, {"role": self.kind, "district": district})
        self.delete()
