"""The evaluation card of a proposal on paper: for its members as they see it, for everybody what is public of it."""

import hashlib
import json
from dataclasses import astuple
from datetime import datetime
from typing import Any

from django.core.files.base import ContentFile, File
from django.utils import translation
from django.utils.translation import gettext as _

from budgeting.people import Person
from committee.calendar import Kind
from committee.costs_told import Estimates, estimates_of
from committee.numbering import case_number_of
from committee.public_answers import public_answers
from committee.showing import Told, steps_told
from lib import pdf
from lib.private_files import PrivateFiles
from proposals.models import Decision, Proposal

TEMPLATE = "committee/assessment.html"


def name_of(proposal: Proposal) -> str:
    """The file's name: assessment-2027-12.pdf."""
    return f"assessment-{proposal.cycle.slug}-{proposal.number}.pdf"


def for_members(proposal: Proposal, *, by: Person, language: str, at: datetime) -> bytes:
    """With the names of members, and what this one sees of their cards; without the notes."""
    with translation.override(language):
        steps = steps_told(proposal, by=by, at=at)
        title = _("Number %(number)d: assessment by the committee") % {"number": proposal.number}
    context = {"proposal": proposal, "cycle": proposal.cycle, "steps": steps, "internal": True, "made_at": at}
    context |= {"assessed": proposal.cost_assessments.last(), "case_number": case_number_of(proposal)}
    return pdf.render(TEMPLATE, context, title=title, language=language)


def for_everybody(proposal: Proposal, *, language: str, at: datetime) -> File | None:
    """What is public of it, without names; None before the decision is. Made once for as long as it says the same."""
    with translation.override(language):
        told = public_answers(proposal, at)
        estimates = estimates_of([proposal], proposal.cycle.currency, at).get(proposal.pk)
        title = _("Number %(number)d: assessment by the committee") % {"number": proposal.number}
    if not told:
        return None
    decision = proposal.decisions.filter(at__lte=at).exclude(outcome=Decision.Outcome.RETURN).last()
    kept, name = PrivateFiles(), f"assessments/{_digest(proposal, told, decision, estimates)}-{language}.pdf"
    if not kept.exists(name):
        context = {"proposal": proposal, "cycle": proposal.cycle, "steps": _by_step(told)}
        context |= {"decision": decision, "estimates": estimates}
        made = pdf.render(TEMPLATE, context, title=title, language=language)
        name = kept.save(name, ContentFile(made))
    return kept.open(name)


def _by_step(told: list[Told]) -> list[dict[str, Any]]:
    """As for members, with no more than what was asked and answered."""
    steps = [{"step": step, "told": [each for each in told if each.question.step == step.value]} for step in Kind]
    return [step for step in steps if step["told"]]


def _digest(proposal: Proposal, told: list[Told], decision: Decision | None, estimates: Estimates | None) -> str:
    """Of all that stands in it."""
    said = [proposal.pk, proposal.title, proposal.summary, proposal.cost, proposal.contest.title]
    said += [decision and [decision.pk, decision.ground_id, decision.reason], estimates and [*astuple(estimates)]]
    said += [[each.question.pk, each.comes_to, [[one.answer, one.comment] for one in each.said]] for each in told]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()
