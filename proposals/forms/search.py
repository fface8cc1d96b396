"""Looking for proposals."""

from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.db.models import TextField, Value
from django.db.models.functions import MD5, Cast, Concat
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext_lazy as _

from budgeting.models import Contest, Cycle, District
from proposals.models import Category, Proposal, Status
from proposals.models.queries import Proposals, words_of


class SearchForm(forms.Form):
    """What to look for and in which order. All of it stands in the address, to be shared; what is wrong is ignored."""

    ORDERS = {
        "": _("Mixed by lot, or best match first"),
        "newest": _("Newest first"),
        "support": _("Most supported first"),
        "cheap": _("Lowest cost first"),
        "dear": _("Highest cost first"),
        "number": _("By number"),
    }

    q = forms.CharField(label=_("Search"), max_length=200, required=False)
    district = forms.ChoiceField(label=_("District"), required=False)
    category = forms.ModelChoiceField(
        Category.objects.all(),
        to_field_name="slug",
        label=_("Category"),
        empty_label=_("All categories"),
        required=False,
    )
    status = forms.ChoiceField(
        choices=[("", _("All")), *(choice for choice in Status.choices if choice[0] != Status.DRAFT)],
        label=_("Status"),
        required=False,
    )
    language = forms.ChoiceField(
        choices=[("", _("All languages")), *settings.LANGUAGES], label=_("Language"), required=False
    )
    sort = forms.ChoiceField(choices=ORDERS.items(), label=_("Order"), required=False)

    def __init__(self, cycle: Cycle, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.cycle = cycle
        self.fields["q"].widget = forms.TextInput(attrs={"type": "search", "autocomplete": "off"})
        self.fields["district"].choices = self._places  # type: ignore[attr-defined]
        self.is_valid()  # what is not understood is left out of cleaned_data

    @cached_property
    def _contests(self) -> list[Contest]:
        return list(self.cycle.contests.select_related("district"))

    def _places(self) -> list[tuple[str, Promise | str]]:
        """Each district, and after it those of its contests that have an address of their own."""
        places: dict[str, Promise | str] = {"": _("All districts")}
        for contest in self._contests:
            places.setdefault(contest.district.slug, contest.district.name)
            places.setdefault(contest.slug, f"{contest.district}: {contest.title}")
        return list(places.items())

    @property
    def districts(self) -> list[District]:
        """The districts in which is looked."""
        chosen = self.cleaned_data.get("district")
        found = [each.district for each in self._contests if chosen in ("", None, each.slug, each.district.slug)]
        return list(dict.fromkeys(found))

    @property
    def asked(self) -> str:
        return str(self.cleaned_data.get("q") or "")

    @property
    def narrowed(self) -> bool:
        """Is anything but the words and the order chosen?"""
        return any(self.cleaned_data.get(name) for name in ("district", "category", "status", "language"))

    @cached_property
    def to_save(self) -> dict[str, Any]:
        """What of it is worth keeping to hear of what is new: all but the order, and where a proposal stands."""
        place = self.cleaned_data.get("district")
        district = next((each.district for each in self._contests if each.district.slug == place), None)
        contest = next((each for each in self._contests if each.slug == place), None)
        return {
            "words": " ".join(words_of(self.asked)),
            "district": district,
            "contest": None if district else contest,
            "category": self.cleaned_data.get("category"),
            "language": self.cleaned_data.get("language") or "",
        }

    @property
    def leaves_something_out(self) -> bool:
        """Of what is new: else it is the round itself."""
        return any(self.to_save.values())

    def found(self, at: datetime) -> Proposals:
        """The proposals of the cycle in view that fit, in no order yet."""
        proposals = Proposal.objects.in_view(at).of_cycle(self.cycle).with_status(at).matching(self.asked)
        if place := self.cleaned_data.get("district"):
            proposals = proposals.in_place(place)
        chosen = {name: self.cleaned_data.get(name) for name in ("category", "status", "language")}
        return proposals.filter(**{name: value for name, value in chosen.items() if value})

    def ordered(self, proposals: Proposals, seed: str) -> Proposals:
        """In the chosen order. Without one: the best match first, or at random to favour nobody, stable for a seed."""
        sort = self.cleaned_data.get("sort")
        if not sort and self.asked:
            return proposals.best_match_first(self.asked)
        if not sort:
            mixed = MD5(Concat(Cast("pk", TextField()), Value(seed), output_field=TextField()))
            return proposals.alias(mixed=mixed).order_by("mixed", "pk")
        order = {
            "newest": "-submitted_at",
            "support": "-endorsement_count",
            "cheap": "cost",
            "dear": "-cost",
            "number": "number",
        }
        return proposals.order_by(order[sort], "number")
