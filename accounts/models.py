"""Who someone is and what they may do."""

from datetime import UTC
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import connection, models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.audit import FIRST, chained
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
        """Does this person hold the role, for that district or for all? Without a district: anywhere."""
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

    def is_committee_for(self, district: District) -> bool:
        return self.has_role(Role.Kind.COMMITTEE, district)

    def verification_for(self, cycle: Cycle) -> "Verification | None":
        return self.verifications.select_related("resident__district").filter(cycle=cycle).first()

    def is_verified_for(self, cycle: Cycle) -> bool:
        return self.verification_for(cycle) is not None

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


class Resident(models.Model):
    """One line of a cycle's register: who may vote where. No name, number or date of birth, only keyed digests."""

    class AgeBand(models.TextChoices):
        UNDER_18 = "0-17", _("under 18")
        FROM_18 = "18-29", _("18 to 29")
        FROM_30 = "30-44", _("30 to 44")
        FROM_45 = "45-64", _("45 to 64")
        FROM_65 = "65+", _("65 and over")

    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, related_name="residents")
    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="residents")
    identifier_digest = models.BinaryField(max_length=32)
    person_digest = models.BinaryField(max_length=32)
    age_band = models.CharField(max_length=5, choices=AgeBand)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("resident")
        verbose_name_plural = _("residents")
        constraints = (
            models.UniqueConstraint(fields=["cycle", "identifier_digest"], name="one_line_per_identifier_and_cycle"),
        )

    def __str__(self) -> str:
        return f"#{self.pk}"


class Verification(models.Model):
    """The tie between an account and one line of the register: one line, one account."""

    class Method(models.TextChoices):
        LETTER = "letter", _("Letter code")
        DESK = "desk", _("At the desk")

    resident = models.OneToOneField(Resident, on_delete=models.PROTECT, related_name="verification")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="verifications")
    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, related_name="+")
    method = models.CharField(max_length=8, choices=Method)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("verification")
        verbose_name_plural = _("verifications")
        constraints = (models.UniqueConstraint(fields=["user", "cycle"], name="one_line_per_account_and_cycle"),)

    def __str__(self) -> str:
        return f"{self.user}, {self.cycle}"


class AuditEvent(models.Model):
    """One line of the audit log, chained by hash to the one before. The database refuses UPDATE and DELETE."""

    number = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    actor = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    action = models.CharField(max_length=60)
    object = models.CharField(max_length=120, blank=True)
    facts = models.JSONField(default=dict)
    previous_hash = models.BinaryField(max_length=32)
    hash = models.BinaryField(max_length=32, unique=True)

    class Meta:
        ordering = ("number",)
        verbose_name = _("audit event")
        verbose_name_plural = _("audit events")

    def __str__(self) -> str:
        return f"{self.number} {self.action}"

    @classmethod
    def append(cls, actor: User | None, action: str, on: models.Model | None, facts: dict[str, Any]) -> "AuditEvent":
        """Add an entry at the end of the chain. Must run inside the transaction of what it records.

        The advisory lock is held until that transaction ends, so entries are numbered without gaps and in commit order.
        """
        with connection.cursor() as cursor:
            if not connection.in_atomic_block:
                raise RuntimeError("An audit entry belongs to the transaction of what it records.")
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('audit log'))")
        last = cls.objects.order_by("-number").first()
        event = cls(
            number=last.number + 1 if last else 1,
            at=timezone.now(),
            actor=actor,
            action=action,
            object=f"{on._meta.label_lower}:{on.pk}" if on is not None else "",
            facts=facts,
            previous_hash=bytes(last.hash) if last else FIRST,
        )
        event.hash = chained(bytes(event.previous_hash), event.entry())
        event.save(force_insert=True)
        return event

    def entry(self) -> dict[str, Any]:
        """What the hash covers."""
        return {
            "number": self.number,
            "at": self.at.astimezone(UTC).isoformat(timespec="microseconds"),
            "actor": self.actor_id,
            "action": self.action,
            "object": self.object,
            "facts": self.facts,
        }
