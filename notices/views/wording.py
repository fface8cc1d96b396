"""The words of the mails, as a clerk may change them: tried on an example before they are kept."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from budgeting.guards import clerks_only
from budgeting.people import Request
from lib import clock
from lib.refusal import obeying, status_of
from notices import words as wording
from notices.forms import WordingForm
from notices.kinds import Group, Kind, Words, all_worded
from notices.models import Wording


@clerks_only
def index(request: Request) -> HttpResponse:
    """Every kind, under its heading, and in which languages the city has its own words for it."""
    own = set(Wording.objects.values_list("kind", "language"))
    groups: dict[Group, list[tuple[Kind, Words, list[tuple[str, str, bool]]]]] = {group: [] for group in Group}
    for kind, words in all_worded().items():
        groups[words.group].append((kind, words, _languages(kind, own)))
    shown = [(group.label, kinds) for group, kinds in groups.items() if kinds]
    return render(request, "notices/wordings.html", {"groups": shown})


def _languages(kind: Kind, own: set[tuple[str, str]]) -> list[tuple[str, str, bool]]:
    return [(code, str(name), (kind.value, code) in own) for code, name in settings.LANGUAGES]


@clerks_only
def edit(request: Request, kind: str, language: str) -> HttpResponse:
    """Look at the words of a kind, try others, keep them, or go back to ours."""
    found = next((each for each in Kind if each.slug == kind), None)
    if found is None or language not in dict(settings.LANGUAGES):
        raise Http404
    telling = all_worded()[found]
    subject, text = Wording.of(found, telling, language)
    form = WordingForm(request.POST or None, initial={"subject": subject, "text": text}, telling=telling)
    if request.method == "POST" and "ours" in request.POST:
        Wording.give_up(found, language, by=request.user)
        messages.success(request, _("From now on the mail has our words again."))
        return redirect("wordings")
    if request.method == "POST" and form.is_valid() and "keep" in request.POST:
        with obeying(form):
            Wording.keep(found, language, by=request.user, at=clock.now(), **form.cleaned_data)
            messages.success(request, _("From now on the mail has these words."))
            return redirect("wordings")
    context = {
        "kind": found,
        "telling": telling,
        "language": language,
        "language_name": dict(settings.LANGUAGES)[language],
        "form": form,
        "example": wording.example(telling, language, *_shown(form, subject, text)),
        "is_own": Wording.objects.filter(kind=found, language=language).exists(),
    }
    return render(request, "notices/wording.html", context, status=status_of(form))


def _shown(form: WordingForm, subject: str, text: str) -> tuple[str, str]:
    """What is tried, if it can be sent; else what is in force."""
    if form.is_bound and form.is_valid():
        return form.cleaned_data["subject"], form.cleaned_data["text"]
    return subject, text
