"""For whom somebody sits on a committee."""

from datetime import date

from django.conf import settings
from django.db import models
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from committee.models.committee import Committee

LONGEST_GROUP = 120


class Seats(models.QuerySet["Seat"]):
    def of_now(self, today: date) -> "Seats":
        """Those whose term is not over."""
        return self.filter(models.Q(until=None) | models.Q(until__gte=today))


class Seat(models.Model):
    """A seat for a group of people, in the city's own words; with nobody on it yet, or somebody for a term.

    It gives nothing: who may vote is a matter of roles. Everybody can read it.
    """

    committee = models.ForeignKey(Committee, on_delete=models.CASCADE, related_name="seats")
    stands_for = models.CharField(gettext_lazy("for whom"), max_length=LONGEST_GROUP)
    holder = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    since = models.DateField(gettext_lazy("from"), null=True, blank=True)
    until = models.DateField(gettext_lazy("until"), null=True, blank=True)  # the last day

    objects = Seats.as_manager()

    class Meta:
        ordering = ("committee", "stands_for", "pk")
        verbose_name = gettext_lazy("seat")
        verbose_name_plural = gettext_lazy("seats")
        constraints = (
            models.CheckConstraint(
                name="a_seat_is_for_somebody",
                condition=models.Q(stands_for__regex=r"\S"),
                violation_error_message=gettext_lazy("Say for whom the seat is."),
            ),
            models.CheckConstraint(
                name="a_seat_ends_after_it_begins",
                condition=models.Q(since=None) | models.Q(until=None) | models.Q(until__gte=models.F("since")),
                violation_error_message=gettext_lazy("The term is over before it begins."),
            ),
        )

    def __str__(self) -> str:
        return self.stands_for

    @property
    def term(self) -> str:
        """Since when and until when, in words; empty where neither is said."""
        since, until = (day and date_format(day, "j F Y") for day in (self.since, self.until))
        if since and until:
            return _("from %(since)s until %(until)s") % {"since": since, "until": until}
        if since:
            return _("since %s") % since
        return _("until %s") % until if until else ""
