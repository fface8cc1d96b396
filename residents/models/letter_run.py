"""Letters made at one time, the posting of them, and how many votes came by them alone."""

import hashlib
from collections.abc import Mapping
from datetime import datetime

from django.conf import settings
from django.db import connection, models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.acts import Done
from budgeting.models import Cycle, OneIsEnough
from budgeting.people import Person
from lib.refusal import allow, require


class LetterRun(models.Model):
    """Letters made at one time. Whoever made them has seen their codes, so another says that they were posted."""

    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, related_name="letter_runs")
    made_at = models.DateTimeField(gettext_lazy("made"))
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    posted_at = models.DateTimeField(gettext_lazy("posted"), null=True)
    posted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    alone_by = models.ForeignKey(OneIsEnough, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ("made_at", "pk")
        verbose_name = gettext_lazy("run of letters")
        verbose_name_plural = gettext_lazy("runs of letters")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(posted_at=None, posted_by=None)
                | models.Q(posted_at__isnull=False, posted_by__isnull=False),
                name="whoever_posted_letters_says_so",
                violation_error_message=gettext_lazy("Whoever posted the letters says so."),
            ),
            models.CheckConstraint(
                condition=models.Q(made_by=None)
                | models.Q(posted_by=None)
                | ~models.Q(posted_by__isnull=False, posted_by=models.F("made_by"))
                | models.Q(alone_by__isnull=False),
                name="nobody_posts_the_letters_they_made",
                violation_error_message=gettext_lazy("Another person says that they were posted."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.cycle}, {self.made_at:%d.%m.%Y}"

    def why_not_posted_by(self, person: Person, at: datetime, alone: OneIsEnough | None) -> str:
        """Why this person does not say that these letters were posted; empty if they may.

        `alone`: what lets one be enough at that moment, if anything does.
        """
        if self.posted_at:
            return _("These letters have been posted already.")
        if alone:
            return ""
        if person.pk == self.made_by_id:
            return _("You made these letters. Another person says that they were posted.")
        return person.why_not_confirm(at)

    @transaction.atomic
    def post(self, *, by: Person, at: datetime) -> None:
        """Say that the letters went to the post, on record. Raises Refused as `why_not_posted_by` says."""
        alone = OneIsEnough.in_effect(at)
        allow(self.why_not_posted_by(by, at, alone))
        posted = {"posted_at": at, "posted_by_id": by.pk, "alone_by": alone}
        waiting = LetterRun.objects.filter(pk=self.pk, posted_at=None)
        require(waiting.update(**posted) == 1, _("These letters have been posted already."))
        by.record(Done.LETTERS_POSTED, on=self, codes=self.digest({}))

    def digest(self, moved: Mapping[str, int]) -> str:
        """SHA-256 over all its codes, as they are stored, and the lines for which they were made, in hexadecimal.

        `moved`: from which lines letters went along to others since, by their references.
        """
        codes = self.codes.values_list("digest", "reference", "resident")
        lines = sorted(f"{bytes(digest).hex()} {moved.get(name, line)}\n" for digest, name, line in codes)
        return hashlib.sha256("".join(lines).encode()).hexdigest()


class LetterVotes(models.Model):
    """How many ballots came by letter alone: of one run, in one hour, from one network. Of whom, is not here.

    Nothing of it leads to an envelope, a line of the register or a browser, and it is written in a transaction of its
    own, together with other rows, so that none tells by its place which vote it was written for.
    """

    run = models.ForeignKey(LetterRun, on_delete=models.CASCADE, related_name="votes")
    hour = models.DateTimeField()
    network = models.BinaryField(max_length=32)  # residents.digests.network_digest
    ballots = models.PositiveIntegerField()

    class Meta:
        verbose_name = gettext_lazy("votes by letter")
        verbose_name_plural = gettext_lazy("votes by letter")
        constraints = (
            models.UniqueConstraint(
                fields=["run", "hour", "network"],
                name="votes_by_letter_are_counted_once",
                violation_error_message=gettext_lazy("These votes are counted in another row."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.run}: {self.ballots}"

    @staticmethod
    @transaction.atomic
    def count(run: int, network: bytes, *, at: datetime) -> None:
        hour = at.replace(minute=0, second=0, microsecond=0)
        with connection.cursor() as cursor:
            cursor.execute(ONE_MORE, [run, hour, network])
            cursor.execute(AMONG_OTHERS, [run, hour, network])


ONE_MORE = """
    INSERT INTO residents_lettervotes AS v (run_id, hour, network, ballots) VALUES (%s, %s, %s, 1)
    ON CONFLICT (run_id, hour, network) DO UPDATE SET ballots = v.ballots + 1
"""
# Written anew, as they are: a row that was touched last would lie beside the envelope it was touched for.
AMONG_OTHERS = """
    UPDATE residents_lettervotes SET ballots = ballots WHERE id IN (
        SELECT id FROM residents_lettervotes WHERE (run_id, hour, network) <> (%s, %s, %s)
        ORDER BY random() LIMIT 20 FOR UPDATE SKIP LOCKED
    )
"""
