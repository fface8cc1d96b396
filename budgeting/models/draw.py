"""Public draws: what decides by lot, announced before anybody can know what will be drawn."""

from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from budgeting.models.contest import Contest
from budgeting.models.cycle import Cycle
from lib.one_line import OneLine

LONGEST_SEED = 200


class Draw(models.Model):
    """A public draw for a cycle, or for one of its contests: announced, and later what was drawn, its seed.

    Until its moment another may be announced in its place; the latest counts. From then on only where nothing was
    entered, by two people. The database lets nothing of an announcement change, and takes a seed once, from its moment
    on.
    """

    class Use(models.TextChoices):
        NUMBERS = "numbers", _("The ballot numbers")
        TIES = "ties", _("Ties")

    cycle = models.ForeignKey(Cycle, on_delete=models.CASCADE, related_name="draws")
    contest = models.ForeignKey(Contest, on_delete=models.CASCADE, null=True, blank=True, related_name="draws")
    use = models.CharField(_("what it decides"), max_length=8, choices=Use)
    what = models.CharField(
        _("what is drawn"),
        max_length=300,
        help_text=_("So that anyone knows what to write down: “the six numbers of the national lottery, in order”."),
    )
    drawn_by = OneLine(_("who draws"), max_length=120)
    takes_place = models.DateTimeField(_("when it is drawn"))
    announced_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    announced_with = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    announced_at = models.DateTimeField(_("announced"))
    reason = models.CharField(_("public reason"), max_length=500, blank=True)
    seed = models.CharField(_("what was drawn"), max_length=LONGEST_SEED, blank=True)
    source = models.CharField(_("where it can be looked up"), max_length=300, blank=True)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    entered_with = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    entered_at = models.DateTimeField(_("entered"), null=True)

    class Meta:
        ordering = ("announced_at", "pk")
        verbose_name = _("draw")
        verbose_name_plural = _("draws")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(seed="", source="", entered_at=None, entered_by=None, entered_with=None)
                | (~models.Q(seed="") & models.Q(entered_at__isnull=False)),
                name="a_seed_says_when_it_was_entered",
                violation_error_message=_("What was drawn is entered with its moment."),
            ),
            models.CheckConstraint(
                condition=models.Q(entered_at=None)
                | models.Q(entered_at__isnull=False, entered_at__gte=models.F("takes_place")),
                name="nothing_is_entered_before_it_is_drawn",
                violation_error_message=_("What was drawn is entered once it was drawn."),
            ),
            models.CheckConstraint(
                condition=models.Q(announced_at__lte=models.F("takes_place")),
                name="a_draw_is_announced_beforehand",
                violation_error_message=_("A draw is announced before it takes place."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.cycle}: {self.what}"

    @property
    def is_drawn(self) -> bool:
        return bool(self.seed)

    @classmethod
    def announced_for(cls, contest: Contest, use: str) -> Self | None:
        """The draw that decides for a contest: the latest announced for it or for its whole cycle."""
        mine = models.Q(contest=contest.pk) | models.Q(contest=None)
        return cls.objects.filter(mine, cycle=contest.cycle_id, use=use).last()
