"""The ballot box: its key, the envelopes in it, who took part, and the board that shows which envelopes are in."""

from datetime import date
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from budgeting.models import Contest, Cycle
from budgeting.models.by_two import ByTwo, a_reason, another_confirms

FINGERPRINT = 32  # characters

# Written anew by every vote, as the envelope is: a row that stays as it was would tell who has voted again since.
NOTE = """
    WITH stood AS (
        SELECT channel, hand FROM ballots_participation
        WHERE (resident_id, contest_id) = (%(resident)s, %(contest)s)
    )
    INSERT INTO ballots_participation (resident_id, contest_id, channel, hand, day)
    VALUES (%(resident)s, %(contest)s, %(channel)s, %(hand)s, %(day)s)
    ON CONFLICT (resident_id, contest_id)
        DO UPDATE SET channel = EXCLUDED.channel, hand = EXCLUDED.hand, day = EXCLUDED.day
    RETURNING NOT EXISTS (SELECT FROM stood WHERE (channel, hand) = (%(channel)s, %(hand)s))
"""


class BallotBoxKey(models.Model):
    """A cycle's public key, and a test envelope to rehearse with. The private key exists only while it is split."""

    cycle = models.OneToOneField(Cycle, on_delete=models.PROTECT, related_name="box_key")
    public_key = models.BinaryField()
    threshold = models.PositiveSmallIntegerField(help_text=_("How many shares open the box."))
    shares = models.PositiveSmallIntegerField(help_text=_("How many shares there are."))
    test_envelope = models.BinaryField()
    test_digest = models.CharField(max_length=64)  # SHA-256 of what the test envelope holds
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("ballot-box key")
        verbose_name_plural = _("ballot-box keys")
        constraints = (
            models.CheckConstraint(
                condition=Q(threshold__gte=2, shares__gte=F("threshold")),
                name="no_share_alone_opens_the_box",
                violation_error_message=_("Two shares or more open the box, and never more than there are."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.cycle}: {self.threshold}/{self.shares}"

    @property
    def is_rehearsed(self) -> bool:
        return bool(self.rehearsals.all())

    def held(self) -> list[list[Any]]:
        """Each share's number, the key of its holder, and its commitment: what the audit log has of them."""
        return [list(share) for share in self.holders.order_by("number").values_list("number", "holder", "commitment")]


class KeyShare(models.Model):
    """Who holds which share, and a commitment (a hash) by which a wrong or mistyped share is told apart."""

    key = models.ForeignKey(BallotBoxKey, on_delete=models.CASCADE, related_name="holders")
    number = models.PositiveSmallIntegerField()
    holder = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="key_shares")
    commitment = models.CharField(max_length=64)

    class Meta:
        ordering = ("number",)
        verbose_name = _("key share")
        verbose_name_plural = _("key shares")
        constraints = (
            models.UniqueConstraint(
                fields=["key", "number"],
                name="a_share_has_one_holder",
                violation_error_message=_("Somebody holds this share already."),
            ),
            models.UniqueConstraint(
                fields=["key", "holder"],
                name="a_holder_has_one_share",
                violation_error_message=_("This person holds a share already."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.number}: {self.holder.named}"


class Rehearsal(models.Model):
    """The holders opened the test envelope with their shares. Without one nobody can vote."""

    key = models.ForeignKey(BallotBoxKey, on_delete=models.CASCADE, related_name="rehearsals")
    share_numbers = ArrayField(models.PositiveSmallIntegerField())
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ("at",)
        verbose_name = _("rehearsal")
        verbose_name_plural = _("rehearsals")

    def __str__(self) -> str:
        return f"{self.key}, {self.at:%d.%m.%Y}"


class KeyGivenUp(ByTwo):
    """Two people gave up a key that its holders had rehearsed with, and said why. Without it such a key stays."""

    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, related_name="keys_given_up")
    public_key = models.BinaryField(unique=True)

    class Meta:
        ordering = ("at",)
        verbose_name = _("key given up")
        verbose_name_plural = _("keys given up")
        constraints = (
            a_reason("a_key_is_given_up_for_a_reason", _("Say why the key is given up.")),
            another_confirms("two_give_up_a_key"),
        )

    def __str__(self) -> str:
        return f"{self.cycle}, {self.at:%d.%m.%Y}"


class Envelopes(models.QuerySet["Envelope"]):
    def counted(self) -> "Envelopes":
        """Those that are not set aside."""
        return self.exclude(fingerprint__in=SetAside.objects.values("fingerprint"))


class Envelope(models.Model):
    """One resident's ballot in one contest: the outer envelope names the resident, the inner one is sealed.

    The pair is the primary key, so a second ballot cannot exist: voting again replaces what is inside. No moment is
    kept. Where two lines of the register are joined it goes along, or is set aside. A trigger refuses a sealed ballot
    of any other length than its contest's, any change once the box has been opened, and removal while the shares of
    the key still exist.
    """

    class Channel(models.TextChoices):
        ONLINE = "online", _("online")
        PAPER = "paper", _("on paper")

    pk = models.CompositePrimaryKey("resident_id", "contest_id")
    resident = models.ForeignKey("residents.Resident", on_delete=models.PROTECT, related_name="+")
    contest = models.ForeignKey(Contest, on_delete=models.PROTECT, related_name="envelopes")
    sealed = models.BinaryField()
    fingerprint = models.CharField(max_length=FINGERPRINT, unique=True)
    channel = models.CharField(max_length=6, choices=Channel, default=Channel.ONLINE)

    objects = Envelopes.as_manager()

    class Meta:
        verbose_name = _("envelope")
        verbose_name_plural = _("envelopes")
        constraints = (
            models.CheckConstraint(
                condition=Q(fingerprint__regex=r"^[A-Z2-7]{32}$"),
                name="fingerprint_is_base32",
                violation_error_message=_("A fingerprint has 32 characters: capital letters and the digits 2 to 7."),
            ),
        )

    def __str__(self) -> str:
        return self.fingerprint[:4]


class Participation(models.Model):
    """A resident has a ballot in a contest, last put there on this day, through this channel, by this hand.

    Kept apart from the envelope, which may go before it, and in no log. It has no moment, and does not say how often.
    """

    pk = models.CompositePrimaryKey("resident_id", "contest_id")
    resident = models.ForeignKey("residents.Resident", on_delete=models.PROTECT, related_name="+")
    contest = models.ForeignKey(Contest, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=7)  # a value of residents.admission.Channel
    hand = models.BigIntegerField()  # the key of the account's tie, or of the letter; either may be gone by now
    day = models.DateField()

    class Meta:
        verbose_name = _("participation")
        verbose_name_plural = _("participations")

    def __str__(self) -> str:
        return f"{self.resident_id}: {self.contest_id}"

    @classmethod
    def note(cls, resident: int, contest: Contest, *, channel: str, hand: int, day: date) -> bool:
        """A ballot was put into the box. Is it this resident's first there, or by another hand than the last was?

        To be called with the envelope in the box: whoever votes for the same resident waits for that.
        """
        with connection.cursor() as cursor:
            told: dict[str, Any] = {
                "resident": resident,
                "contest": contest.pk,
                "channel": channel,
                "hand": hand,
                "day": day,
            }
            cursor.execute(NOTE, told)
            return bool(cursor.fetchone()[0])


class SetAside(models.Model):
    """An envelope that stays in the box and is not counted: its line of the register was joined with another.

    Two people did that (`joined`), and under the other line a ballot was cast that counts in its place. Written once.
    """

    contest = models.ForeignKey(Contest, on_delete=models.PROTECT, related_name="set_aside")
    fingerprint = models.CharField(max_length=FINGERPRINT, unique=True)
    joined = models.ForeignKey("residents.JoinedLine", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("envelope set aside")
        verbose_name_plural = _("envelopes set aside")

    def __str__(self) -> str:
        return self.fingerprint[:4]


class BoardBatch(models.Model):
    """A page of the public board: fingerprints that came and went, sorted, chained by hash to the page before.

    What is `set_aside` went as what is `replaced` did, but is in the box still. What `came_and_went` was put in
    and replaced between two batches. `first` and `repeated`: how many ballots had been cast so far, as somebody's first
    and by who voted again; `log_head`: the last entry of the audit log before this batch, "NUMBER:HASH". These four are
    empty in a batch of an earlier version, whose text has none of them.
    `root` is the SHA-256 of `ballots.board.text_of(batch)`, which names the previous root. Only the day is kept.
    """

    contest = models.ForeignKey(Contest, on_delete=models.PROTECT, related_name="batches")
    number = models.PositiveIntegerField()
    day = models.DateField()
    added = ArrayField(models.CharField(max_length=FINGERPRINT))
    replaced = ArrayField(models.CharField(max_length=FINGERPRINT))
    set_aside = ArrayField(models.CharField(max_length=FINGERPRINT), default=list)
    came_and_went = ArrayField(models.CharField(max_length=FINGERPRINT), default=list)
    first = models.PositiveIntegerField(null=True)
    repeated = models.PositiveIntegerField(null=True)
    log_head = models.CharField(max_length=90, blank=True)
    envelopes = models.PositiveIntegerField()  # in force after this batch
    list_digest = models.CharField(max_length=64)  # SHA-256 of the list in force after this batch
    previous_root = models.CharField(max_length=64)
    root = models.CharField(max_length=64, unique=True)
    final = models.BooleanField(default=False)

    class Meta:
        ordering = ("contest", "number")
        verbose_name = _("batch of the board")
        verbose_name_plural = _("batches of the board")
        constraints = (
            models.UniqueConstraint(
                fields=["contest", "number"],
                name="batches_are_numbered",
                violation_error_message=_("The board has a batch with this number already."),
            ),
            models.UniqueConstraint(
                fields=["contest"],
                condition=Q(final=True),
                name="one_batch_is_final",
                violation_error_message=_("The final batch is on the board already."),
            ),
            models.CheckConstraint(
                condition=Q(first=None, repeated=None, log_head="")
                | Q(first__isnull=False, repeated__isnull=False) & ~Q(log_head=""),
                name="a_batch_says_what_was_cast",
                violation_error_message=_(
                    "A batch says how many ballots were cast first and again, and the head of the audit log."
                ),
            ),
        )

    def __str__(self) -> str:
        return f"{self.contest} {self.number}"

    @property
    def says_what_was_cast(self) -> bool:
        """Is it of this version, and not of the one that came before?"""
        return self.first is not None
