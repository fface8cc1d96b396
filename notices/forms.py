"""How somebody wants to hear of each kind of thing; and the words of one."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from budgeting.people import Person
from lib.one_line import OneLineField
from notices import words
from notices.kinds import Group, Kind, Words, all_told, all_worded
from notices.models import Choice, Wording


class WaysForm(forms.Form):
    """One field for each kind that leaves a choice; what is a right stands beside it as a sentence.

    What is told of work for the budget, only whoever does such work is asked about.
    """

    def __init__(self, *args: Any, user: Person, **options: Any) -> None:
        super().__init__(*args, **options)
        self.user = user.pk
        works = user.holds_a_role or user.gives_roles
        chosen = dict(Choice.objects.filter(user=user.pk).values_list("kind", "way"))
        self.rights = [each.title for each in all_worded().values() if each.is_a_right]
        for number, (kind, telling) in enumerate(all_told().items()):
            if not telling.is_a_right and (works or telling.group != Group.WORK):
                way = chosen.get(kind.value)
                self.fields[f"kind_{number}"] = forms.ChoiceField(
                    label=str(telling.title),
                    choices=[(each.value, telling.called(each)) for each in telling.ways],
                    initial=way if way in telling.ways else telling.default,
                )

    def groups(self) -> Iterator[tuple[str, list[forms.BoundField]]]:
        """The fields under their headings."""
        for group in Group:
            fields = [self[name] for name, kind in self._kinds() if all_told()[kind].group == group]
            if fields:
                yield str(group.label), fields

    def _kinds(self) -> list[tuple[str, Kind]]:
        return [(f"kind_{number}", kind) for number, kind in enumerate(all_told()) if f"kind_{number}" in self.fields]

    def save(self) -> None:
        for name, kind in self._kinds():
            if self.cleaned_data[name] != self.fields[name].initial:
                Choice.make(self.user, kind, self.cleaned_data[name])


class WordingForm(forms.Form):
    """Subject and text of a mail, with the placeholders of its kind."""

    subject = OneLineField(label=_("Subject"), max_length=Wording.LONGEST_SUBJECT)
    text = forms.CharField(
        label=_("Text"),
        max_length=Wording.LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 12}),
        help_text=_("An empty line begins a new paragraph."),
    )

    def __init__(self, *args: Any, telling: Words, **options: Any) -> None:
        super().__init__(*args, **options)
        self.telling = telling

    def clean_text(self) -> str:
        return "\n".join(line.rstrip() for line in str(self.cleaned_data["text"]).splitlines())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "subject" in cleaned and "text" in cleaned:
            sentence = words.why_not(self.telling, cleaned["subject"], cleaned["text"])
            if sentence:
                self.add_error("text", sentence)
        return cleaned
