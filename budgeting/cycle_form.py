"""The calendar of a cycle as a clerk fills it in: its phases, judged together, and what else is dated."""

from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminSplitDateTime
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from budgeting.calendar import Window
from budgeting.models import Cycle, Phase, check_calendar, check_decisions, check_objections
from budgeting.models.change import Dated, moves
from budgeting.registry import Deed, why_not
from budgeting.stages import Stage
from budgeting.templatetags.dates import end_words, words
from budgeting.within import Part, Shift, parts_of, shifts
from lib import clock
from lib.forms import CITY_CLOCKS, CityTimeField, UntouchedMoments
from lib.refusal import allow


class PhaseForm(UntouchedMoments):
    opens = CityTimeField(label=_("Opens"), widget=AdminSplitDateTime, help_text=CITY_CLOCKS)
    closes = CityTimeField(
        label=_("Closes"), widget=AdminSplitDateTime, required=False, help_text=_("Empty: without end.")
    )

    def validate_constraints(self) -> None:
        """Leave the other phases to Calendar.clean: a row read alone is compared with dates about to change."""
        try:
            self.instance.validate_constraints(exclude={"cycle", *self.errors})
        except forms.ValidationError as refusal:
            self.add_error(None, refusal)


class Calendar(forms.BaseInlineFormSet[Phase, Cycle, PhaseForm]):
    """The phases of a cycle, judged together. `along`: how what lies within a stage moves with it."""

    along: list[Shift]

    def clean(self) -> None:
        super().clean()
        self.along = []
        if any(self.errors):
            return
        rows = [form for form in self.forms if form.has_changed() or form.instance.pk]
        phases = [row.instance for row in rows if row not in self.deleted_forms]
        check_calendar(phases)
        check_decisions(self.instance.decisions_public_at, phases)
        check_objections(self.instance.objections_until, phases)
        if stored := Cycle.objects.filter(pk=self.instance.pk).first():
            self._check_move(stored, [phase.window() for phase in phases])

    def _check_move(self, stored: Cycle, windows: list[Window]) -> None:
        """What may be moved at all, and that whoever moves dates which people read says why."""
        if sentence := why_not(Deed.MOVE_DATES, stored, windows):
            raise forms.ValidationError(sentence)
        if has_begun(stored) and moves(stored.windows(), windows) and not str(self.data.get("reason", "")).strip():
            raise forms.ValidationError(SAY_WHY)
        self.along = shifts(parts_of(stored), stored.windows(), windows)
        for shift in self.along:
            if not shift.fits:
                raise forms.ValidationError(
                    DO_NOT_FIT % {"parts": _named(shift.outside), "stage": shift.stage.about.name}
                )
            if shift.token != self.data.get(ALONG):
                raise forms.ValidationError(_offered(shift))


ALONG = "along"  # the token of the shift that whoever saves has been shown, and agrees to
DO_NOT_FIT = _("These would lie outside “%(stage)s”: %(parts)s. Set their dates first, or leave them off.")


def _named(parts: list[Part]) -> str:
    return ", ".join(part.name for part in parts)


def _offered(shift: Shift) -> str:
    """What would move along, from when to when, and the box by which one agrees: ticked, as that is what most want."""
    dated = [
        (part.name, words(part.opens), end_words(part.closes), words(moved.opens), end_words(moved.closes))
        for part, moved in zip(shift.before, shift.after, strict=True)
    ]
    said = _("{}: until now {} to {}, then {} to {}")
    return format_html(
        '{}<ul>{}</ul><label><input type="checkbox" name="{}" value="{}" checked> {}</label>',
        _("Not saved yet. “%s” has parts that would lie outside it. They can move along with it:")
        % shift.stage.about.name,
        format_html_join("", "<li>{}</li>", ((format_html(str(said), *each),) for each in dated)),
        ALONG,
        shift.token,
        _("Move them along, and save"),
    )


DATED_BY = {Dated.DECISIONS: "decisions_public_at", Dated.OBJECTIONS: "objections_until"}
SAY_WHY = _("Say why the dates change: people have read them, and the reason stands beside them.")


def has_begun(cycle: Cycle) -> bool:
    """Do people go by its calendar?"""
    return cycle.stage(clock.now()) is not Stage.PREPARING


class CycleForm(UntouchedMoments):
    """With the reason for which dates are moved that people have read already."""

    objections_until = CityTimeField(
        label=_("Objections to the vote until"),
        widget=AdminSplitDateTime,
        required=False,
        help_text=_("Until when somebody may object to how the vote was held. It begins when voting closes."),
    )
    decisions_public_at = CityTimeField(
        label=_("Decisions of the committee are public from"),
        widget=AdminSplitDateTime,
        required=False,
        help_text=_("All of them at once. Empty: from the close of the review."),
    )
    reason = forms.CharField(
        label=_("Why the dates change"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Asked once the cycle has begun. Everybody reads it beside the calendar."),
    )

    def clean_votes_by_letter(self) -> bool:
        """Whether letters vote is settled with the first paper: the sentence comes before the database's refusal."""
        votes: bool = self.cleaned_data["votes_by_letter"]
        if self.instance.pk and "votes_by_letter" in self.changed_data:
            allow(why_not(Deed.LET_LETTERS_VOTE, self.instance.pk))
        return votes

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        stored = Cycle.objects.filter(pk=self.instance.pk).first()
        if stored is None:
            return cleaned
        moved = [name for name in DATED_BY.values() if getattr(stored, name) != cleaned.get(name)]
        if moved and has_begun(stored) and not cleaned.get("reason"):
            self.add_error("reason", SAY_WHY)
        if "decisions_public_at" in moved and (sentence := _why_not_public_then(stored, cleaned)):
            self.add_error("decisions_public_at", sentence)
        return cleaned


def _why_not_public_then(stored: Cycle, cleaned: dict[str, Any]) -> str:
    """What is public stays so, and what is decided is public on a day people can read beforehand."""
    at, wanted = clock.now(), cleaned.get("decisions_public_at")
    if stored.decisions_public_at and stored.decisions_public_at <= at:
        return str(_("The decisions are public already."))
    return str(_("This moment is over. Choose a later one.")) if wanted and wanted <= at else ""
