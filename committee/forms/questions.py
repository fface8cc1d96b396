"""What a clerk fills in: the questions of the cards."""

from django import forms
from django.utils.translation import gettext_lazy

from committee.models import Question
from committee.models.step import KINDS


class QuestionForm(forms.ModelForm[Question]):
    """A criterion, without code."""

    step = forms.ChoiceField(label=gettext_lazy("Step"), choices=KINDS, widget=forms.RadioSelect)
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind of answer"), choices=Question.Answers.choices, widget=forms.RadioSelect
    )
    comment_on = forms.MultipleChoiceField(
        label=gettext_lazy("A comment is needed with"),
        choices=Question.Said.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Only where the answer is yes or no."),
    )

    class Meta:
        model = Question
        fields = ("text", "help_text", "step", "kind", "comment_on", "most", "weight", "lines", "is_public", "place")
        widgets = {
            "help_text": forms.Textarea(attrs={"rows": 2}),
            "lines": forms.Textarea(attrs={"rows": 4}),
        }
