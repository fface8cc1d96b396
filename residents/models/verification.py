"""How an account is tied to a line of the register, and what happens when two accounts claim one line."""

from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from audit.acts import Done
from budgeting import registry
from budgeting.models import Cycle, OneIsEnough
from budgeting.people import Person
from budgeting.stages import Act
from budgeting.two import Two
from lib.refusal import Refused, allow, require
from residents import telling
from residents.models.register import Resident, StandingRegister
from residents.wrong_codes import WrongCode


def wrong_code() -> str:
    """One sentence for every code that does not work, so that it tells nothing about the register."""
    return _("This code does not work. Check each character, or ask at the city's desk for a new letter.")


def shut_out() -> str:
    """One sentence for every code while a register stands as it is, since none of its codes can be recognised."""
    return _(
        "This code does not work. The key by which the city recognised its residents was lost after voting had begun, "
        "so nobody more can be verified for this vote. Who is verified votes as before."
    )


class VotedBefore(Refused):
    """The account has voted under a line that ended: two people join it with the other, and its ballots go along."""

    def __init__(self, ended: Resident, stays: Resident) -> None:
        self.ended, self.stays = ended, stays
        super().__init__(
            _(
                "This account was verified under a line of the register that has ended, and has voted under it. Come "
                "to the city's desk with a document: the vote goes along to the line there is now."
            )
        )


class Verification(models.Model):
    """The tie between an account and one line of the register: one line, one account."""

    class Method(models.TextChoices):
        LETTER = "letter", gettext_lazy("Letter code")
        DESK = "desk", gettext_lazy("At the desk")

    # Gone once the cycle is over (retention.py): that somebody was verified stays, and which line they were does not.
    resident = models.OneToOneField(Resident, on_delete=models.PROTECT, related_name="verification", null=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="verifications")
    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, related_name="+")
    method = models.CharField(gettext_lazy("way"), max_length=8, choices=Method)
    at = models.DateTimeField(gettext_lazy("when"))
    # The clerk who was shown a document; nobody where a letter was enough.
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = gettext_lazy("verification")
        verbose_name_plural = gettext_lazy("verifications")
        constraints = (
            models.UniqueConstraint(
                fields=["user", "cycle"],
                name="one_line_per_account_and_cycle",
                violation_error_message=gettext_lazy("This account has been verified for this vote already."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.user}, {self.cycle}"

    @classmethod
    def of(cls, person: Person, cycle: Cycle) -> "Verification | None":
        """The tie of a person to a line of that cycle's register, if there is one and the line is still on it."""
        return cls.standing(person).filter(cycle=cycle).first()

    @classmethod
    def standing(cls, person: Person) -> models.QuerySet["Verification"]:
        """The ties of a person whose address is proved to lines that are still on the register of their cycle."""
        ties = cls.objects.select_related("resident__district")
        on_register = {"resident__cycle": models.F("cycle"), "resident__removed_at": None}  # so that none is forgotten
        return ties.filter(user=person.pk, user__in=User.objects.proved(), **on_register)

    @classmethod
    def ended(cls) -> models.QuerySet["Verification"]:
        """The ties to lines that have left the register."""
        return cls.objects.exclude(resident__removed_at=None).select_related("resident__cycle", "user")

    @classmethod
    @transaction.atomic
    def at_desk(cls, resident: Resident, account: User, *, by: User, at: datetime) -> "Verification | Claim":
        """Tie an account to a line of the register, the person having shown a document to the clerk `by`.

        Letter codes of that line stop working, and the account is told. Raises Refused with a sentence for the clerk.
        """
        require(by.pk != account.pk, _("Your own account is for another clerk to verify."))
        # Before the log is held: whoever casts with a letter holds the letter first, and then the log.
        list(resident.letter_codes.live().select_for_update().values("pk"))
        made = cls.tie(resident, account, cls.Method.DESK, by=by, at=at)
        if isinstance(made, Verification):
            resident.letter_codes.live().update(voided_at=at, voided_by=by)
            telling.verified_at_desk(account, resident.cycle, at=at)
        return made

    @classmethod
    def tie(
        cls, resident: Resident, user: User, method: "Verification.Method", *, by: Person, at: datetime
    ) -> "Verification | Claim":
        """Tie an account to a line of the register, on record; a claim for a clerk if the line has an account already.

        A tie of the account to a line that has ended makes way. Runs in the caller's transaction, and the database's
        constraints decide. Raises Refused if the account's address was not proved, verification is over, the line was
        removed, the register stands as it is, or the account is tied to a line of this cycle; VotedBefore if ballots
        were cast under the line that ended.
        """
        require(user.is_proved, _("Nobody has proved the address of this account yet."))
        if resident.removed_at or not resident.cycle.allows(Act.VERIFY, at):
            raise WrongCode(wrong_code())
        allow(StandingRegister.why(resident.cycle))
        ended = cls.ended().filter(user=user, cycle=resident.cycle).exclude(resident=resident)
        before = ended.first()
        line = before.resident if before else None
        if line and registry.plan_along(registry.Along.JOIN_LINES, line.pk, resident.pk):
            raise VotedBefore(line, resident)
        others = cls.objects.filter(user=user, cycle=resident.cycle).exclude(pk__in=ended.values("pk"))
        try:
            with transaction.atomic():
                ended.delete()
                clerk = by.pk if method == cls.Method.DESK else None
                of_the_line = {"resident": resident, "cycle": resident.cycle}
                made = cls.objects.create(**of_the_line, user=user, method=method, at=at, by_id=clerk)
        except IntegrityError:
            if others.exists():
                raise Refused(_("This account has been verified for this vote already.")) from None
            return Claim.file(resident, user, method, by=by, at=at)
        facts = {"account": user.pk, "method": method} | ({"before": before.resident_id} if before else {})
        by.record(Done.RESIDENT_VERIFIED, on=resident, **facts)
        return made


class Claim(models.Model):
    """A second account that says it is a line of the register already tied to another: a clerk decides."""

    resident = models.ForeignKey(Resident, on_delete=models.PROTECT, related_name="claims")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="claims")
    method = models.CharField(gettext_lazy("way"), max_length=8, choices=Verification.Method)
    at = models.DateTimeField(gettext_lazy("when"))
    filed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    settled_at = models.DateTimeField(gettext_lazy("settled"), null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    granted = models.BooleanField(gettext_lazy("granted"), null=True, blank=True)
    reason = models.TextField(gettext_lazy("reason"), blank=True)

    class Meta:
        verbose_name = gettext_lazy("claim")
        verbose_name_plural = gettext_lazy("claims")
        constraints = (
            models.UniqueConstraint(
                fields=["resident", "user"],
                condition=models.Q(settled_at=None),
                name="one_open_claim_each",
                violation_error_message=gettext_lazy("This account has claimed this line already."),
            ),
            models.CheckConstraint(
                condition=models.Q(settled_at=None, settled_by=None, granted=None, reason="")
                | (
                    models.Q(settled_at__isnull=False, settled_by__isnull=False, granted__isnull=False)
                    & ~models.Q(reason="")
                ),
                name="a_settled_claim_says_who_how_and_why",
                violation_error_message=gettext_lazy("Whoever decides a claim says how, and why."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.user}, {self.resident}"

    @classmethod
    @transaction.atomic
    def file(cls, resident: Resident, user: User, method: str, *, by: Person, at: datetime) -> "Claim":
        """The open claim of this account on this line, made and put on record if there is none."""
        claim, new = cls.objects.get_or_create(
            resident=resident, user=user, settled_at=None, defaults={"method": method, "at": at, "filed_by_id": by.pk}
        )
        if new:
            by.record(Done.CLAIM_FILED, on=claim, resident=resident.pk, account=user.pk, method=method)
        return claim

    def why_not_settle(self, *, by: Person, at: datetime) -> str:
        """Why this person has no say in it: it is theirs, or they filed it. Empty if they have."""
        holder = Verification.objects.filter(resident=self.resident_id, user=by.pk)
        if by.pk == self.user_id or holder.exists():
            return _("Your own claim is for others to decide.")
        if by.pk == self.filed_by_id and not OneIsEnough.in_effect(at):
            return _("Whoever filed this claim does not decide it.")
        return _("This claim has been decided already.") if self.settled_at else ""

    @transaction.atomic
    def settle(self, *, by: Two, at: datetime, granted: bool, reason: str) -> None:
        """Give the line to the claimant, or leave it where it is, with a reason, on record. Both are told.

        Whose it was may have gone to another line meanwhile; then nobody holds it.
        Raises Refused as `why_not_settle` says, or if the claimant has another line meanwhile.
        """
        for person in by.people:
            allow(self.why_not_settle(by=person, at=at))
        settled = Claim.objects.filter(pk=self.pk, settled_at=None)
        facts = {"settled_at": at, "settled_by_id": by.first.pk, "granted": granted, "reason": reason}
        require(settled.update(**facts) == 1, _("This claim has been decided already."))
        held = Verification.objects.filter(resident=self.resident)
        before = held.select_for_update().values_list("user", flat=True).first()
        by.record(Done.CLAIM_SETTLED, on=self, granted=granted, reason=reason, before=before)
        if granted:
            held.delete()
            method = Verification.Method(self.method)
            made = Verification.tie(self.resident, self.user, method, by=by.first, at=at)
            if isinstance(made, Claim):  # somebody else was verified in the same moment
                raise Refused(_("Somebody else was tied to this line in the same moment: look again."))
        holder = self.user_id if granted else before
        for account in User.objects.filter(pk__in=[before, self.user_id]):
            telling.claim_settled(account, self.resident.cycle, keeps=account.pk == holder, nobody=holder is None)
