"""How proposals are found: who may see them, where they stand, what they are like."""

import re
from datetime import datetime
from functools import cache
from typing import Any

from django.contrib.postgres.search import TrigramSimilarity, TrigramWordSimilarity
from django.db import models
from django.db.models.functions import Coalesce, Greatest, Length
from django.db.models.lookups import GreaterThanOrEqual

from budgeting.guards import committee_districts, oversees
from budgeting.models import Contest, Counted, Cycle, Phase
from budgeting.people import Person
from lib.typed import without_nul
from proposals.models.delivery import Milestone
from proposals.models.discussion import Comment
from proposals.models.hiding import FROM_THE_REVIEW_ON, HOLDS_ALONE
from proposals.models.outcome import NOT_SHORTLISTED
from proposals.models.review import Decision
from proposals.models.status import Status
from proposals.models.support import Endorsement
from proposals.models.text import ProposalText, folded
from proposals.models.versions import Version

MOST_WORDS = 8  # of a search
LONGEST_WORD = 40
SHORTEST_ALIKE = 4  # letters: of a shorter word nearly everything is like it
ALIKE = 0.35  # trigram similarity from which two titles are shown as similar
NEARBY = 0.002  # degrees: some 150 to 200 metres


def words_of(text: str) -> list[str]:
    """The words of a search, as many and as long as are looked for."""
    return [word[:LONGEST_WORD] for word in without_nul(text).split()[:MOST_WORDS]]


def has_word(word: Any) -> models.Q:
    """Does a proposal have this word, an expression: in its texts, or in the short one something like it?"""
    asked: Any = folded(word)
    alike = models.Q(GreaterThanOrEqual(Length(asked), SHORTEST_ALIKE), short_text__trigram_word_similar=asked)
    has_it = models.Q(short_text__contains=asked) | models.Q(long_text__contains=asked) | alike
    return has_it & models.Q(withheld="")  # nobody finds by its words what nobody may read


SUBMITTED = models.Q(number__isnull=False)


def _in_view(at: datetime) -> models.Q:
    """The same as `not proposal.hidden(at)`, in SQL: what one person hid lapses (proposals/models/hiding.py)."""
    alone_until = at - HOLDS_ALONE
    begun = Phase.objects.filter(cycle=models.OuterRef("cycle"), stage__in=FROM_THE_REVIEW_ON, opens__lte=alone_until)
    lapsed = models.Q(hiding__confirmed_at=None, hiding__at__lte=alone_until) & models.Q(models.Exists(begun))
    return SUBMITTED & (models.Q(hiding=None) | lapsed)


class Proposals(models.QuerySet[Any]):
    """What may be asked of many proposals."""

    def visible_to(self, person: Person, at: datetime) -> "Proposals":
        """What is in view and one's own; what is hidden also to its district's committee, and to who oversees that."""
        if oversees(person):
            seen = SUBMITTED
        else:
            mine = models.Q(contest__district__in=committee_districts(person))
            seen = _in_view(at) | SUBMITTED & mine
        return self.filter(seen | models.Q(author=person.pk) if person.is_authenticated else seen)

    def in_view(self, at: datetime) -> "Proposals":
        """Submitted and not hidden: what everybody finds, in any list, map, search or file."""
        return self.filter(_in_view(at))

    def hidden(self, at: datetime) -> "Proposals":
        return self.submitted().exclude(_in_view(at))

    def submitted(self) -> "Proposals":
        """For the committee and the paper: hidden ones too."""
        return self.filter(SUBMITTED)

    def drafts(self) -> "Proposals":
        return self.filter(number__isnull=True)

    def of_cycle(self, cycle: Cycle) -> "Proposals":
        return self.filter(cycle=cycle)

    def in_place(self, slug: str) -> "Proposals":
        """Those of the contest with that address, or of all contests of the district that has it."""
        return self.filter(models.Q(contest__slug=slug) | models.Q(contest__district__slug=slug))

    def shortlisted(self, contest: Contest) -> "Proposals":
        """What goes on the contest's ballot: last decided to be shortlisted, and not withdrawn."""
        return self.filter(contest=contest, withdrawal=None).annotate(decided=_outcome()).filter(decided="shortlist")

    def with_status(self, at: datetime) -> "Proposals":
        """Adds `status`, by which one may filter: what alone defines where a proposal stands `as_of` a moment."""
        is_public = models.Q(contest__in=Counted.public(at).values("contest"))
        return self.annotate(
            as_of=models.Value(at, output_field=models.DateTimeField()),
            decided=_outcome(),
            status=Coalesce(
                _first(
                    (models.Q(number__isnull=True), Status.DRAFT),
                    (models.Q(withdrawal__isnull=False), Status.WITHDRAWN),
                    (is_public, _by_the_vote()),
                ),
                _by_the_committee(),
                models.Value(Status.SUBMITTED.value),
            ),
        )

    def with_counts(self) -> "Proposals":
        """Adds `endorsement_count`, of support that counts, and `comment_count`, each in its own subquery."""
        return self.annotate(endorsement_count=_supporters(), comment_count=_how_many(Comment.objects.all()))

    def with_support_apart(self) -> "Proposals":
        """Adds `support_apart`, to what has counts: how many support it whose support does not count."""
        everybody = _how_many(Endorsement.objects.all())
        return self.annotate(support_apart=everybody - models.F("endorsement_count"))

    def as_rows(self, at: datetime) -> "Proposals":
        """With all that a row of a list shows."""
        related = ("contest__district", "contest__cycle", "category")
        return self.with_status(at).with_counts().select_related(*related).prefetch_related("photos")

    def matching(self, text: str) -> "Proposals":
        """Those in which every word occurs, whatever accents and case; in title, summary and place even misspelt."""
        found = self
        for word in words_of(text):
            like = has_word(models.Value(word))
            if re.fullmatch(r"#?[0-9]{1,6}", word):
                like |= models.Q(number=int(word.removeprefix("#")))
            found = found.filter(like)
        return found

    def best_match_first(self, text: str) -> "Proposals":
        asked: Any = folded(models.Value(without_nul(text)[:200]))
        return self.annotate(match=TrigramWordSimilarity(asked, "short_text")).order_by("-match", "number")

    def similar_to(self, proposal: ProposalText, at: datetime) -> "Proposals":
        """Other proposals in view of the same cycle with a title alike, or planned for nearly the same spot."""
        asked: Any = folded(models.Value(proposal.title))
        others = self.in_view(at).of_cycle(proposal.contest.cycle).exclude(pk=proposal.pk).filter(withdrawal=None)
        others = others.filter(withheld="")
        alike = models.Q(alike__gte=ALIKE)
        if proposal.latitude is not None and proposal.longitude is not None:
            alike |= models.Q(
                latitude__range=(proposal.latitude - NEARBY, proposal.latitude + NEARBY),
                longitude__range=(proposal.longitude - NEARBY, proposal.longitude + NEARBY),
            )
        titles_alike = Greatest(
            TrigramSimilarity(folded("title"), asked), TrigramWordSimilarity(asked, "short_text") * 0.6
        )
        return others.annotate(alike=titles_alike).filter(alike).order_by("-alike", "number")


@cache
def _supporters() -> Any:
    return _how_many(Endorsement.objects.that_count())


def _how_many(rows: models.QuerySet[Any]) -> Any:
    counted = rows.filter(proposal=models.OuterRef("pk")).order_by().values("proposal")
    number = models.Subquery(counted.annotate(n=models.Count("pk")).values("n"), output_field=models.IntegerField())
    return Coalesce(number, 0)


def _first(*cases: tuple[Any, Any]) -> models.Case:
    """Where a proposal stands, by the first of these conditions that holds; NULL if none does."""
    whens = (models.When(on, then=models.Value(to.value) if isinstance(to, Status) else to) for on, to in cases)
    return models.Case(*whens, output_field=models.CharField())


@cache
def _by_the_vote() -> models.Case:
    delivered = Milestone.objects.filter(proposal=models.OuterRef("pk"), kind="delivered")
    return _first(
        (models.Exists(delivered), Status.DELIVERED),
        (models.Q(award__funded=True), Status.FUNDED),
        (models.Q(award__funded=False), Status.NOT_FUNDED),
    )


@cache
def _by_the_committee() -> models.Subquery:
    """By the latest decision, once there is one. What was returned and has been changed since is back with it."""
    changed = Version.objects.filter(proposal=models.OuterRef("proposal"), at__gt=models.OuterRef("at"))
    status = _first(
        (models.Q(outcome="shortlist"), Status.SHORTLISTED),
        (models.Q(outcome__in=NOT_SHORTLISTED), Status.REJECTED),
        (models.Q(outcome="merge"), Status.MERGED),
        (models.Q(outcome="return") & ~models.Exists(changed), Status.RETURNED),
    )
    return models.Subquery(_decisions().values(stands=status)[:1])


@cache
def _outcome() -> models.Subquery:
    return models.Subquery(_decisions().values("outcome")[:1])


def _decisions() -> models.QuerySet[Any]:
    """Of the proposal of the outer query, the latest first."""
    return Decision.objects.filter(proposal=models.OuterRef("pk")).order_by("-at", "-pk")
