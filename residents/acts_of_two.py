"""What takes two people in this room: whose a line of the register is, and another register once a paper is frozen."""

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from budgeting import registry
from budgeting.models import JointAct
from budgeting.two import Doing, Two, subject
from lib.refusal import allow
from residents import register_import, same_people
from residents.models import Claim, RegisterImport, Verification


def _claim(act: JointAct) -> Claim:
    return subject(act, Claim)


def _plan(act: JointAct, at: datetime) -> dict[str, Any]:
    """The line goes from one account to another, or stays."""
    claim = _claim(act)
    allow(claim.why_not_settle(by=act.proposed_by, at=at))
    tie = Verification.objects.get(resident=claim.resident_id)
    return {
        "granted": act.facts["granted"],
        "reason": act.facts["reason"],
        "first": tie.user_id,
        "second": claim.user_id,
    }


def _settle(act: JointAct, *, by: Two, at: datetime) -> None:
    _claim(act).settle(by=by, at=at, **act.facts)


def _shown(act: JointAct) -> dict[str, Any]:
    return {"claim": _claim(act), "plan": act.plan}


SETTLING = Doing(
    plan=_plan,
    carry_out=_settle,
    name=lambda act: _("decide whose line %s of the register is") % _claim(act).resident,
    template="residents/settling.html",
    context=_shown,
    url=lambda act: registry.address_of(registry.Page.DESK),
)


# Another register, once a paper is frozen -----------------------------------------------------------------------------


def _upload(act: JointAct) -> RegisterImport:
    return subject(act, RegisterImport)


def _plan_import(act: JointAct, at: datetime) -> dict[str, Any]:
    made = _upload(act)
    register_import.check(made, at=at, **act.facts)
    counts = {name: getattr(made, name) for name in ("new", "changed", "unchanged", "gone")}
    proposed = same_people.proposed(made).count()
    counts |= {"rejected": len(made.rejected), "same": proposed and proposed - len(act.facts["others"])}
    return {**act.facts, **counts}


def _import(act: JointAct, *, by: Two, at: datetime) -> None:
    register_import.confirm(_upload(act), by=by, at=at, **act.facts)


IMPORTING = Doing(
    plan=_plan_import,
    carry_out=_import,
    name=lambda act: _("change the register of %s, as uploaded") % _upload(act).cycle,
    template="residents/importing.html",
    url=lambda act: reverse("register", args=[_upload(act).cycle.slug]),
)
