"""What the count says in codes and numbers, said in words. Every code of `tally.outcome` has its sentence here.

Projects are named by `names`, a mapping from the id the count uses to what a reader knows; money is in minor units.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from babel import Locale
from babel.lists import format_list
from django.utils import translation
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from budgeting.rule_sentences import tie_order
from lib import money

Names = Mapping[str, str]


def why(reason: Mapping[str, Any], names: Names, currency: str) -> str:
    """One sentence on why a project won or did not."""
    return WHY[reason["code"]](reason, names, currency)


def nearness(reason: Mapping[str, Any], currency: str) -> str:
    """How near a project that did not win came; empty where the count names no such number."""
    needed, cost = reason.get("needed_votes", reason.get("needed_points")), reason.get("cost_to_win")
    ways = []
    if needed is not None:
        missing = needed - reason.get("votes", reason.get("points", 0))
        ways.append(_of_points(missing) if "needed_points" in reason else _of_votes(missing))
    if cost is not None:
        ways.append(_("at a cost of %s or less") % _whole(cost, currency))
    if not ways:
        return ""
    return _("It would have been funded %s.") % _(" or ").join(ways)


def tie(record: Mapping[str, Any], names: Names) -> str:
    """Who was equal, in which order they went, what decided, and whether it mattered."""
    projects = [names.get(project, project) for project in record["projects"]]
    decided = [tie_order()[key] for key in record["by"]]
    sentence = _("Equal: %s; they went in this order") % listed(projects)
    sentence += (
        (_(", decided by %s.") % _(", then ").join(decided)) if decided else _(", as they stand on the ballot paper.")
    )
    return (
        sentence
        + " "
        + (
            _("Another order would have changed what is funded.")
            if record["decisive"]
            else _("No order would have changed what is funded.")
        )
    )


def listed(words: Iterable[str]) -> str:
    """ "a, b and c", as the language writes it."""
    locale = Locale.parse(translation.to_locale(translation.get_language() or "en"))
    return format_list([f"“{word}”" for word in words], locale=locale)


# One function for each code -----------------------------------------------------------------------------------------


def _funded(reason: Mapping[str, Any], names: Names, currency: str) -> str:
    if "reserve" in reason:
        return _("Funded, with %s from the city's reserve: it was the first that did not fit, and enough was left.") % (
            money.written(reason["reserve"], currency)
        )
    if "left" not in reason:
        return _("Funded.")
    left = money.written(reason["left"], currency)
    return _("Funded in round %(round)s; %(left)s was left after it.") % {
        "round": number_format(reason["round"]),
        "left": left,
    }


def _below_minimum(reason: Mapping[str, Any], names: Names, currency: str) -> str:
    if "points" in reason:
        return _("It had %(points)s of the %(minimum)s points a project needs.") % _numbers(reason, "points", "minimum")
    return _("It had %(votes)s of the %(minimum)s votes a project needs.") % _numbers(reason, "votes", "minimum")


def _too_expensive(reason: Mapping[str, Any], names: Names, currency: str) -> str:
    return _("It costs %(cost)s; when its turn came, %(left)s was left.") % _amounts(reason, currency)


def _after_stop(reason: Mapping[str, Any], names: Names, currency: str) -> str:
    stopper = names.get(reason["stopped_by"], reason["stopped_by"])
    return _("The count had ended before its turn, at “%s”, the first project that did not fit.") % stopper


def _excluded(reason: Mapping[str, Any], names: Names, currency: str) -> str:
    return _("Only one of a group can win, and “%s” did.") % names.get(reason["by"], reason["by"])


def _lost_tie(reason: Mapping[str, Any], names: Names, currency: str) -> str:
    ahead = listed(names.get(project, project) for project in reason["to"])
    decided = tie_order().get(reason["by"], _("the order of the ballot paper"))
    return _("It was equal with %(ahead)s and came after by %(decided)s. It costs %(cost)s; %(left)s was left.") % {
        "ahead": ahead,
        "decided": decided,
        **_amounts(reason, currency),
    }


def _supporters_spent(reason: Mapping[str, Any], names: Names, currency: str) -> str:
    sentence = _("It costs %(cost)s; those who chose it had %(left)s of their shares left.") % {
        "cost": money.written(reason["cost"], currency),
        "left": _whole(reason["left"], currency),
    }
    most = max(reason.get("spent_on", ()), key=lambda item: item["amount"], default=None)
    if most is None:
        return sentence
    return (
        sentence
        + " "
        + _("They had paid most for “%(project)s”: %(amount)s.")
        % {
            "project": names.get(most["project"], most["project"]),
            "amount": _whole(most["amount"], currency),
        }
    )


def _no_votes(reason: Mapping[str, Any], names: Names, currency: str) -> str:
    return _("Nobody chose it.")


def _withdrawn(reason: Mapping[str, Any], names: Names, currency: str) -> str:
    return _("It was withdrawn after the ballot paper was frozen, and could not win.")


WHY = {
    "funded": _funded,
    "below_minimum": _below_minimum,
    "too_expensive": _too_expensive,
    "after_stop": _after_stop,
    "excluded": _excluded,
    "lost_tie": _lost_tie,
    "supporters_spent": _supporters_spent,
    "no_votes": _no_votes,
    "withdrawn": _withdrawn,
}


# Numbers ------------------------------------------------------------------------------------------------------------


def _numbers(reason: Mapping[str, Any], *keys: str) -> dict[str, str]:
    return {key: number_format(reason[key], force_grouping=True) for key in keys}


def _amounts(reason: Mapping[str, Any], currency: str) -> dict[str, str]:
    return {key: money.written(reason[key], currency) for key in ("cost", "left")}


def _whole(amount: int, currency: str) -> str:
    """An amount without its cents: what was nearly enough need not be told to the cent."""
    unit = money.unit(currency)
    return money.written(amount // unit * unit or amount, currency)


def _of_votes(missing: int) -> str:
    return ngettext("with %s more vote", "with %s more votes", missing) % number_format(missing, force_grouping=True)


def _of_points(missing: int) -> str:
    return ngettext("with %s more point", "with %s more points", missing) % number_format(missing, force_grouping=True)
