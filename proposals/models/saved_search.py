"""A search of proposals that somebody keeps, to hear of what is new in it."""

from datetime import datetime, timedelta
from typing import Any, cast
from urllib.parse import urlencode

from django.conf import settings
from django.db import models, transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.models import reference
from budgeting.models import Contest, Cycle, District, Phase
from budgeting.people import Person
from budgeting.stages import Stage
from lib.refusal import require
from notices.models import Follow
from proposals import quotas
from proposals.models.proposal import Proposal
from proposals.models.queries import LONGEST_WORD, MOST_WORDS, has_word
from proposals.models.text import Category

EVERYTHING: dict[str, Any] = {"words": "", "district": None, "contest": None, "category": None, "language": ""}
MOST_SEARCHES = 20  # of one person
KEPT_FOR = timedelta(days=30)  # once proposals are no longer taken


class SplitPart(models.Func):
    """The part of a text at a place, the first being 1; empty where there is none."""

    function = "split_part"
    output_field = models.TextField()


class SavedSearches(models.QuerySet["SavedSearch"]):
    """What may be asked of many saved searches."""

    def finding(self, proposal: Proposal) -> "SavedSearches":
        """Those that find this proposal, all looked at in one statement: as `SearchForm.found` would."""
        contest = proposal.contest
        here = models.Q(district=None, contest=None) | models.Q(district=contest.district) | models.Q(contest=contest)
        found: Any = self.filter(
            here,
            models.Q(category=None) | models.Q(category=proposal.category_id),
            models.Q(language="") | models.Q(language=proposal.language),
            cycle=proposal.cycle_id,
        )
        itself = Proposal.objects.filter(pk=proposal.pk)
        for place in range(1, MOST_WORDS + 1):
            word = SplitPart("words", models.Value(" "), place)
            has_it = models.Exists(itself.filter(has_word(models.OuterRef("word"))))
            is_its_number = models.Q(word__in=[str(proposal.number), f"#{proposal.number}"])
            found = found.alias(word=word).filter(models.Q(word="") | is_its_number | has_it)
        return cast(SavedSearches, found)

    def followed(self, at: datetime) -> "SavedSearches":
        """Those that whoever saved them had not stopped, and had begun by then."""
        return self.filter(models.Exists(Follow.objects.of_the_outer(SavedSearch).already(at)))


class SavedSearch(models.Model):
    """Words and filters, as the list of proposals has them; whoever saved it follows it like anything else.

    Where a proposal stands and the order of the list are no part of it: what is new has just been submitted.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    cycle = models.ForeignKey(Cycle, on_delete=models.CASCADE, related_name="+")
    words = models.CharField(max_length=(LONGEST_WORD + 1) * MOST_WORDS, blank=True)  # with a blank between them
    district = models.ForeignKey(District, on_delete=models.CASCADE, null=True, related_name="+")
    contest = models.ForeignKey(Contest, on_delete=models.CASCADE, null=True, related_name="+")
    category = models.ForeignKey(Category, on_delete=models.CASCADE, null=True, related_name="+")
    language = models.CharField(max_length=10, blank=True)
    at = models.DateTimeField()

    objects = SavedSearches.as_manager()

    class Meta:
        verbose_name = gettext_lazy("saved search")
        verbose_name_plural = gettext_lazy("saved searches")
        constraints = (
            models.UniqueConstraint(
                name="a_search_is_saved_once",
                fields=["user", "cycle", "words", "district", "contest", "category", "language"],
                nulls_distinct=False,
                violation_error_message=gettext_lazy("You have saved this search already."),
            ),
            models.CheckConstraint(
                name="a_saved_search_leaves_something_out",
                condition=~models.Q(words="", district=None, contest=None, category=None, language=""),
                violation_error_message=gettext_lazy("A search that finds everything is not saved."),
            ),
            models.CheckConstraint(
                name="a_search_is_in_one_place",
                condition=models.Q(district=None) | models.Q(contest=None),
                violation_error_message=gettext_lazy("A search is in a district or in one of its contests."),
            ),
        )

    def __str__(self) -> str:
        return _("New in %(cycle)s: %(asked)s") % {"cycle": self.cycle, "asked": self.asked}

    def get_absolute_url(self) -> str:
        """The list of proposals with this search in it."""
        place = self.contest or self.district
        asked = {
            "q": self.words,
            "district": place and place.slug,
            "category": self.category and self.category.slug,
            "language": self.language,
        }
        found = urlencode({name: value for name, value in asked.items() if value})
        return f"{reverse('proposals', args=[self.cycle.slug])}?{found}"

    @property
    def asked(self) -> str:
        """What it looks for, in a few words."""
        words = _("“%s”") % self.words if self.words else ""
        place = self.contest.title if self.contest else self.district
        language = dict(settings.LANGUAGES).get(self.language)
        return ", ".join(str(each) for each in (words, place, self.category, language) if each)

    @classmethod
    def keep(cls, *, by: Person, at: datetime, cycle: Cycle, **asked: Any) -> "SavedSearch":
        """Save a search and follow it; one that is saved already is followed again.

        `asked` may name what EVERYTHING leaves open.
        """
        facts = EVERYTHING | asked
        require(any(asked.values()), _("This search finds everything. Follow %s instead.") % cycle)
        require(cls.may_find(cycle, at), _("Nothing new is proposed in %s any more.") % cycle)
        with transaction.atomic():
            quotas.spend(quotas.SEARCHES, by=by, at=at)  # holds the next of this person up, so each sees those before
            search, _new = cls.objects.get_or_create(user_id=by.pk, cycle=cycle, **facts, defaults={"at": at})
            others = cls.objects.filter(user=by.pk).exclude(pk=search.pk).followed(at)
            sentence = _("You have %d saved searches. Stop one of them under “What I follow” first.") % MOST_SEARCHES
            require(others.count() < MOST_SEARCHES, sentence)
            Follow.begin(search, by=by, at=at)
        return search

    @classmethod
    def of(cls, person: Person) -> SavedSearches:
        """Whoever saved them sees them, and nobody else."""
        return cls.objects.filter(user=person.pk).select_related("cycle", "district", "contest__district", "category")

    @classmethod
    def kept_by(cls, person: Person, *, at: datetime, cycle: Cycle, **asked: Any) -> "SavedSearch | None":
        """This search, if this person has saved it and not stopped."""
        if not any(asked.values()):
            return None
        return cls.of(person).followed(at).filter(cycle=cycle, **EVERYTHING | asked).first()

    @staticmethod
    def may_find(cycle: Cycle, at: datetime) -> bool:
        """Will anything, or may anything, still be proposed there?"""
        window = cycle.window(Stage.PROPOSING)
        return window is not None and not window.has_closed(at)

    @classmethod
    def forget_over(cls, at: datetime) -> int:
        """Delete what was stopped, and what finds nothing any more. How many that were."""
        closed = Phase.objects.filter(stage=Stage.PROPOSING, closes__lt=at - KEPT_FOR).values("cycle")
        over = cls.objects.filter(models.Q(cycle__in=closed) | ~models.Exists(Follow.objects.of_the_outer(cls)))
        searches = list(over.select_for_update(of=("self",)))
        Follow.objects.filter(thing__in=[reference(each) for each in searches]).delete()
        return cls.objects.filter(pk__in=[each.pk for each in searches]).delete()[0]
