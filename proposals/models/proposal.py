"""A proposal, from the first draft to the ribbon."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from proposals.models.delivery import Delivered
from proposals.models.discussion import Discussed
from proposals.models.moderating import Moderated
from proposals.models.queries import Proposals
from proposals.models.review import Reviewed
from proposals.models.support import Supported


class Proposal(Reviewed, Supported, Discussed, Moderated, Delivered):
    """Something a resident proposes to build in a district.

    What it is stands in text.py. What people do with it stands by theme: an author writes (writing.py), others propose
    another wording (rewording.py), support (support.py) and discuss it (discussion.py), clerks hide it (moderating.py),
    a committee decides (review.py), the city builds (delivery.py).
    """

    objects = Proposals.as_manager()

    class Meta:
        ordering = ("number", "pk")
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")
        indexes = (
            GinIndex(
                fields=["short_text", "long_text"],
                opclasses=["gin_trgm_ops", "gin_trgm_ops"],
                name="proposals_are_searched",
            ),
        )
        constraints = (
            models.UniqueConstraint(
                name="a_number_is_given_once_per_cycle",
                fields=["cycle", "number"],
                violation_error_message=_("Another proposal has this number already."),
            ),
            models.CheckConstraint(
                name="a_submitted_proposal_has_a_number",
                condition=models.Q(number__isnull=True, submitted_at__isnull=True)
                | models.Q(number__isnull=False, submitted_at__isnull=False),
                violation_error_message=_("A proposal has a number from the moment it is submitted, and not before."),
            ),
            models.CheckConstraint(
                name="a_submitted_proposal_costs_something",
                condition=models.Q(number__isnull=True) | models.Q(cost__gt=0),
                violation_error_message=_("Say about what it costs before you submit it."),
            ),
            models.CheckConstraint(
                name="a_place_has_both_coordinates",
                condition=models.Q(latitude__isnull=True, longitude__isnull=True)
                | models.Q(
                    latitude__isnull=False,
                    latitude__range=(-90, 90),
                    longitude__isnull=False,
                    longitude__range=(-180, 180),
                ),
                violation_error_message=_("A place has both a latitude and a longitude."),
            ),
        )

    def get_absolute_url(self) -> str:
        where = (self.contest.cycle.slug, self.contest.district.slug)
        if self.number is None:
            return reverse("draft", args=[*where, self.pk, "what"])
        return reverse("proposal", args=[*where, self])
