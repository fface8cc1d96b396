"""What takes two people in this room: whose a line of the register is, and another register once a paper is frozen."""

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from budgeting import registry
from budgeting.models import JointAct
from budgeting.two import Doing, Two, subject
from lib.refusal import allow
from residents import joining, register_import, same_people
from residents.forms import decision
from residents.models import Claim, RegisterImport, Resident, Verification


def _claim(act: JointAct) -> Claim:
    return subject(act, Claim)


def _plan(act: JointAct, at: datetime) -> dict[str, Any]:
    """The line goes from one account to another, or stays."""
    claim = _claim(act)
    allow(claim.why_not_settle(by=act.proposed_by, at=at))
    tie = Verification.objects.filter(resident=claim.resident_id).first()  # none if it went to another line
    return {
        "granted": act.facts["granted"],
        "reason": act.facts["reason"],
        "first": tie and tie.user_id,
        "second": claim.user_id,
    }


def _settle(act: JointAct, *, by: Two, at: datetime) -> None:
    _claim(act).settle(by=by, at=at, **act.facts)


def _shown(act: JointAct) -> dict[str, Any]:
    first = User.objects.filter(pk=act.plan["first"]).first()  # when it was proposed; the line may be another's by now
    words = decision(act.plan["granted"], held=first is not None)
    return {"claim": _claim(act), "plan": act.plan, "first": first, "decision": words}


SETTLING = Doing(
    plan=_plan,
    carry_out=_settle,
    name=lambda act: _("decide whose line %s of the register is") % _claim(act).resident,
    template="residents/settling.html",
    context=_shown,
    url=lambda act: registry.address_of(registry.Page.DESK),
)


# Two lines that are one person's --------------------------------------------------------------------------------------


def _line(act: JointAct, which: str) -> Resident:
    return Resident.objects.select_related("cycle", "district").get(pk=act.facts[which])


def _plan_joining(act: JointAct, at: datetime) -> dict[str, Any]:
    ended, stays = _line(act, "ended"), _line(act, "stays")
    return {**act.facts, **joining.plan(ended, stays, by=act.proposed_by, at=at)}


def _join(act: JointAct, *, by: Two, at: datetime) -> None:
    ended, stays, reason = _line(act, "ended"), _line(act, "stays"), act.facts["reason"]
    joining.join(ended, stays, by=by, act=act, at=at, reason=reason)


def _shown_joining(act: JointAct) -> dict[str, Any]:
    lines = [_line(act, which) for which in ("ended", "stays")]
    accounts = [User.objects.filter(pk=key).first() for key in act.plan["accounts"]]
    return {"plan": act.plan, "lines": list(zip(lines, accounts, strict=True))}


JOINING = Doing(
    plan=_plan_joining,
    carry_out=_join,
    name=lambda act: _("join line #%(ended)d of the register to line #%(stays)d, as one person's") % act.facts,
    template="residents/joining.html",
    context=_shown_joining,
    url=lambda act: reverse("lines", args=[_line(act, "stays").cycle.slug]),
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
