"""A clerk makes the questions of the cards."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from budgeting.guards import clerks_only
from budgeting.people import Request
from committee import questions
from committee.calendar import Kind
from committee.forms.questions import QuestionForm
from committee.models import Question
from lib import clock
from lib.refusal import obeying, status_of
from proposals.views.browse import cycle_of


@clerks_only
def index(request: Request, cycle: str) -> HttpResponse:
    """The cards as they are, step by step."""
    found = cycle_of(cycle)
    every = list(Question.objects.filter(cycle=found).with_whether_answered())
    asked = [question for question in every if not question.retired_at]
    context = {
        "cycle": found,
        "cards": [(kind, [each for each in asked if each.step == kind.value]) for kind in Kind],
        "is_empty": not asked,
        "retired": [question for question in every if question.retired_at],
    }
    return render(request, "committee/questions.html", context)


@clerks_only
def new(request: Request, cycle: str) -> HttpResponse:
    """A question is added."""
    found = cycle_of(cycle)
    place = Question.objects.filter(cycle=found).count() * 10 + 10
    return _form(request, Question(cycle=found, place=place), _("A new question"))


@clerks_only
def change(request: Request, cycle: str, number: int) -> HttpResponse:
    """A question that nobody has answered is changed."""
    found = get_object_or_404(Question.objects.select_related("cycle"), pk=number, cycle__slug=cycle)
    return _form(request, found, _("Change a question"))


def _form(request: Request, question: Question, heading: str) -> HttpResponse:
    form = QuestionForm(request.POST if request.method == "POST" else None, instance=question)
    if request.method == "POST" and form.is_valid():
        with obeying(form):
            questions.write(form.instance, by=request.user)
            messages.success(request, _("The question stands on the card."))
            return redirect("committee_questions", question.cycle.slug)
    why_not = questions.why_not_change(question) if question.pk else ""
    context = {"cycle": question.cycle, "form": form, "question": question, "heading": heading, "why_not": why_not}
    return render(request, "committee/question.html", context, status=status_of(form))


@clerks_only
@require_POST
def retire(request: Request, cycle: str, number: int) -> HttpResponse:
    """A question is asked no more."""
    found = get_object_or_404(Question, pk=number, cycle__slug=cycle)
    with obeying(request):
        questions.retire(found, by=request.user, at=clock.now())
        messages.success(request, _("“%s” is asked no more. What was answered stays.") % found.text)
    return redirect("committee_questions", cycle)


@clerks_only
@require_POST
def ready_made(request: Request, cycle: str) -> HttpResponse:
    """Start from the ready-made questions, in the language of the page."""
    found = cycle_of(cycle)
    with obeying(request):
        number = questions.start_from_the_set(found, by=request.user)
        said = ngettext("%d question stands on the cards.", "%d questions stand on the cards.", number)
        messages.success(request, said % number)
    return redirect("committee_questions", cycle)
