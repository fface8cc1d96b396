"""Under which number the city's register of documents keeps a proposal."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from budgeting.people import Person
from committee.models.recusal import Recusal
from committee.models.sealed import Sealed
from lib.one_line import OneLine
from proposals.models import Proposal
from proposals.models.queries import Proposals

LONGEST_NUMBER = 60  # characters


class CaseNumber(Sealed):
    """The case number of a proposal, or that it has none any more. It only grows: the latest counts."""

    proposal = models.ForeignKey("proposals.Proposal", on_delete=models.PROTECT, related_name="case_numbers")
    text = OneLine(_("case number"), max_length=LONGEST_NUMBER, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ("at", "pk")
        verbose_name = _("case number")
        verbose_name_plural = _("case numbers")

    def __str__(self) -> str:
        return self.text

    def content(self) -> dict[str, Any]:
        return {"proposal": self.proposal_id, "by": self.by_id, "text": self.text}


def with_case_number(proposals: Proposals, *, reader: Person) -> Proposals:
    """`case_number`: the one that counts, in words; empty where there is none, and for whoever takes no part in it."""
    latest = CaseNumber.objects.filter(proposal=models.OuterRef("pk")).order_by("-at", "-pk").values("text")[:1]
    hidden = models.Exists(Recusal.objects.filter(proposal=models.OuterRef("pk"), member=reader.pk))
    number = Coalesce(models.Subquery(latest), models.Value(""), output_field=models.CharField())
    return proposals.annotate(case_number=models.Case(models.When(hidden, then=models.Value("")), default=number))


def found_by(proposals: Proposals, words: str, *, reader: Person) -> Proposals:
    """Those that match the words as everywhere, or whose case number has them in it; with `case_number`."""
    numbered = with_case_number(proposals, reader=reader)
    if not words.strip():
        return numbered
    matching = Proposal.objects.matching(words).values("pk")
    return numbered.filter(models.Q(pk__in=matching) | models.Q(case_number__icontains=words.strip()))
