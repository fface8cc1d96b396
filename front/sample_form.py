"""What the style guide shows of forms."""

from django import forms

from lib.forms import MoneyField


class SampleForm(forms.Form):
    """One field of each kind, for the style guide."""

    title = forms.CharField(label="Title", help_text="What you would build, in a few words.", max_length=80)
    cost = MoneyField(label="Estimated cost", help_text="A rough figure is enough.", most=250_000_00)
    description = forms.CharField(label="Description", widget=forms.Textarea, required=False)
    category = forms.ChoiceField(label="Category", choices=[("green", "Green and parks"), ("streets", "Streets")])
    heard = forms.ChoiceField(
        label="How did you hear of it?", choices=[("a", "A letter"), ("b", "A neighbour")], widget=forms.RadioSelect
    )
    days = forms.MultipleChoiceField(
        label="When can you come?",
        choices=[("sat", "Saturday"), ("sun", "Sunday")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    photo = forms.FileField(label="Photo", required=False)
    agree = forms.BooleanField(label="I have read how the city uses what I write.")
