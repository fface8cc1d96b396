"""The outbox: mails on their way, written in the transaction of the act they tell of."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models.functions import Upper
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from notices.bounces import in_words

PAUSE = timedelta(seconds=30)  # before the second try, twice that before the third ...
LONGEST_PAUSE = timedelta(hours=4)
GIVE_UP_AFTER = timedelta(days=3)  # of a server that takes other mails and puts this one off
KEPT_FOR = timedelta(days=30)  # after it was sent, or failed
LATE = timedelta(minutes=5)  # from then on the desk says that mails wait
MOST_BREAKS = 2  # so often a mail may be handed over without a word of whether it was taken


class Mails(models.QuerySet["Mail"]):
    """What may be asked of many mails."""

    def waiting(self) -> "Mails":
        return self.filter(sent_at=None, failed_at=None)

    def due(self, at: datetime) -> "Mails":
        """What somebody waits for in front of a page goes first, and what goes to many last."""
        return self.waiting().filter(next_try_at__lte=at).order_by("rank", "next_try_at", "pk")

    def late(self, at: datetime) -> "Mails":
        return self.waiting().filter(written_at__lt=at - LATE).order_by("written_at")

    def failed(self) -> "Mails":
        """What somebody has to decide on: these are not tried again by themselves."""
        return self.exclude(failed_at=None).order_by("failed_at")

    def bounced(self) -> "Mails":
        """What was taken and came back later: its words are gone, so nobody can send it again."""
        return self.exclude(bounced_at=None).order_by("bounced_at")

    def did_not_arrive(self) -> "Mails":
        return self.failed() | self.bounced()

    def try_again(self, *, at: datetime) -> int:
        """Begin anew with all of these, as if they were just written. How many there were."""
        return self.update(failed_at=None, put_offs=0, breaks=0, written_at=at, next_try_at=at)

    def forget_old(self, at: datetime) -> int:
        """Delete what was sent long ago, and what failed long ago without anybody deciding on it. How many there were.

        Nobody's address, and nothing written to them, is kept for ever because a mailbox is gone.
        """
        old = at - KEPT_FOR
        return self.filter(models.Q(sent_at__lt=old) | models.Q(failed_at__lt=old)).delete()[0]


class Mail(models.Model):
    """A mail to one address. Its content is kept until it is sent and no longer: there may be a code in it.

    What a `reader` is told of notices has no content: it is written when it goes (notices/writing.py), as they may
    read it then.
    """

    class Rank(models.IntegerChoices):
        ASKED_FOR = 0
        TO_ONE = 1
        TO_MANY = 2

    message_id = models.CharField(max_length=255, unique=True)
    to = models.EmailField()
    subject = models.CharField(max_length=255)
    content = models.BinaryField(null=True)  # the whole message (RFC 5322), until it is sent
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+")
    rank = models.PositiveSmallIntegerField(choices=Rank, default=Rank.TO_ONE)
    is_daily = models.BooleanField(default=False)
    written_out_at = models.DateTimeField(null=True)  # a digest takes up no more notices from then on
    leaves_no_row = models.BooleanField(default=False)  # it is gone once it has arrived, or failed
    asked_from = models.CharField(max_length=64, blank=True)  # limits.network_of; empty: nobody asked, we write
    written_at = models.DateTimeField()
    next_try_at = models.DateTimeField()
    put_offs = models.PositiveIntegerField(default=0)  # how often the server said: not now
    begun_at = models.DateTimeField(null=True)  # while it may arrive; left behind by a worker that dies
    breaks = models.PositiveSmallIntegerField(default=0)  # how often nobody knows whether it was taken
    sent_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    failure = models.CharField(max_length=300, blank=True)  # the last one, in a line
    bounced_at = models.DateTimeField(null=True)  # it was taken, and came back later
    bounce = models.CharField(max_length=15, blank=True)  # with which status (RFC 3463)

    objects = Mails.as_manager()

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        indexes = (
            models.Index(
                name="mails_on_their_way",
                fields=["rank", "next_try_at"],
                condition=models.Q(sent_at=None, failed_at=None),
            ),
            models.Index(name="mails_of_late", fields=["sent_at"], condition=models.Q(sent_at__isnull=False)),
            models.Index(Upper("to"), "written_at", name="mails_of_an_address"),  # as `iexact` asks (limits.py)
        )
        constraints = (
            models.CheckConstraint(
                name="a_mail_is_not_both_sent_and_failed",
                condition=models.Q(sent_at=None) | models.Q(failed_at=None),
                violation_error_message=_("A mail that was sent has not failed."),
            ),
            models.CheckConstraint(
                name="the_content_is_kept_until_it_is_sent",
                condition=models.Q(sent_at=None, reader=None, content__isnull=False)
                | models.Q(sent_at__isnull=False, content=None)
                | models.Q(reader__isnull=False, content=None),
                violation_error_message=_("The content of a mail is kept until it is sent, and no longer."),
            ),
            models.CheckConstraint(
                name="what_comes_back_was_sent",
                condition=models.Q(bounced_at=None) | models.Q(sent_at__isnull=False),
                violation_error_message=_("A mail that was not sent cannot have come back."),
            ),
            models.UniqueConstraint(
                name="one_daily_mail_in_the_making_each",
                fields=["reader"],
                condition=models.Q(is_daily=True, written_out_at=None),
                violation_error_message=_("This reader's next digest is in the making already."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.subject} → {self.to}"

    # What the courier notes ------------------------------------------------------------------------------------------

    def may_go(self, *, at: datetime) -> bool:
        """Whether to hand it over. Not if that was begun, once too often, without an answer.

        A mail found begun was left behind by a worker that died on it. It may have arrived, and is sent once more
        under its Message-ID, by which mailboxes know a repetition; not a third time.
        """
        return self.begun_at is None or self.broken_off(_("the worker died on it"), at=at)

    def begin(self, *, at: datetime) -> None:
        """From here on it may arrive."""
        self.begun_at = at
        self.save(update_fields=["begun_at"])

    def arrived(self, *, at: datetime) -> None:
        """The server has it: the content goes, or all of it."""
        if self.leaves_no_row:
            self.let_go()
            return
        self.sent_at, self.content, self.begun_at, self.failure = at, None, None, ""
        self.save(update_fields=["sent_at", "content", "begun_at", "failure"])

    def put_off(self, reason: str, *, at: datetime) -> None:
        """The server said: not now, or hung up at this mail. It goes behind the others."""
        if at - self.written_at > GIVE_UP_AFTER and self._is_alone_in_this(at):
            return self.fail(reason, at=at)
        self.next_try_at = at + min(LONGEST_PAUSE, PAUSE * 2 ** min(self.put_offs, 20))
        self.put_offs += 1
        self._note(reason, "next_try_at", "put_offs")

    def _is_alone_in_this(self, at: datetime) -> bool:
        """Does the server take other mails, or are there none? Else it is away, and that is no fault of this one."""
        others = Mail.objects.exclude(pk=self.pk)
        return others.filter(sent_at__gt=at - 2 * LONGEST_PAUSE).exists() or not others.waiting().exists()

    def left_here(self, reason: str) -> None:
        """There was nobody to hand it to. It stays due."""
        self._note(reason)

    def broken_off(self, reason: Any, *, at: datetime) -> bool:
        """Nobody knows whether it was taken. True if it may be tried again."""
        self.breaks += 1
        if self.breaks >= MOST_BREAKS:
            self.fail(_("it may have arrived: twice there was no answer (%s)") % reason, at=at)
            return False
        self._note(reason, "breaks")
        return True

    def fail(self, reason: Any, *, at: datetime) -> None:
        """Nobody will take it; the desk says so, or how many there were of those that leave no row."""
        if self.leaves_no_row:
            Undelivered.one_more(at)
            self.let_go()
            return
        self.failed_at = at
        self._note(reason, "failed_at", "breaks")

    @property
    def bounce_in_words(self) -> str:
        """Why it came back, in the language that is active."""
        return in_words(self.bounce)

    def came_back(self, status: str, said: str, *, at: datetime) -> bool:
        """Who had taken it says that it cannot be delivered. False if that was noted before."""
        if self.bounced_at is not None:
            return False
        self.bounced_at, self.bounce = at, status
        self._note(said, "bounced_at", "bounce")
        return True

    def _note(self, reason: Any, *more: str) -> None:
        longest = Mail._meta.get_field("failure").max_length
        self.failure, self.begun_at = " ".join(str(reason).split())[:longest], None
        self.save(update_fields=["failure", "begun_at", *more])

    # What it is written of -------------------------------------------------------------------------------------------

    def close(self, *, at: datetime) -> None:
        """From here on a digest takes up no more notices: whoever holds it to add some is waited for."""
        if self.is_daily and self.written_out_at is None:
            self.written_out_at = at
            self.save(update_fields=["written_out_at"])

    def addressed(self, to: str, subject: str) -> None:
        """Note where it goes, for the desk to name if it fails; nothing of what leaves no row."""
        self.to = to
        if not self.leaves_no_row:
            self.subject = subject[:255]
            self.save(update_fields=["to", "subject"])

    @transaction.atomic
    def let_go(self) -> None:
        """Delete it, and of what leaves no row whom it told."""
        if self.leaves_no_row:
            self.notices.all().delete()
        self.delete()

    # What a clerk decides --------------------------------------------------------------------------------------------

    def try_again(self, *, at: datetime) -> None:
        """Begin anew, as if it were just written."""
        self.failed_at, self.put_offs, self.breaks = None, 0, 0
        self.written_at = self.next_try_at = at
        self.save(update_fields=["failed_at", "put_offs", "breaks", "written_at", "next_try_at"])


class Undelivered(models.Model):
    """How many mails that leave no row nobody took, by day: to whom, nobody knows any more."""

    day = models.DateField(primary_key=True)
    mails = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("undelivered mails")
        verbose_name_plural = _("undelivered mails")

    def __str__(self) -> str:
        return f"{self.day}: {self.mails}"

    @classmethod
    def since(cls, at: datetime) -> int:
        """How many there were from that day on."""
        return cls.objects.filter(day__gte=localdate(at)).aggregate(all=models.Sum("mails"))["all"] or 0

    @classmethod
    def one_more(cls, at: datetime) -> None:
        day, _new = cls.objects.get_or_create(day=localdate(at))
        cls.objects.filter(pk=day.pk).update(mails=models.F("mails") + 1)
