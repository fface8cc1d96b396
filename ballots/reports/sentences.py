"""What the count says in codes and numbers, said in words. Every code of `ballots.tally.outcome` has its sentence here.

Projects are named by `names`, a mapping from the id the count uses to what a reader knows; money is in minor units.
"""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from babel import Locale
from babel.lists import format_list
from babel.numbers import get_currency_precision
from django.utils import translation
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from budgeting import money

Names = Mapping[str, str]


def why(reason: Mapping[str, Any], names: Names, currency: str) -> str:
    """One sentence on why a project won or did not."""
    return WHY[reason["code"]](reason, names, currency)


def nearness(reason: Mapping[str, Any], currency: str) -> str:
    """How near a project that did not win came; empty where the count names no such number."""
    needed, cost = reason.get("needed_votes", reason.get("needed_points")), reason.get("cost_to_win")
    told = []
    if needed is not None:
        missing = needed - reason.get("votes", reason.get("points", 0))
        told.append(_of_points(missing) if "needed_points" in reason else _of_votes(missing))
    if cost is not None:
        told.append(_("at a cost of %s or less") % _whole(cost, currency))
    if not told:
        return ""
    return _("It would have been funded %s.") % _(" or ").join(told)


def rule(settings: Mapping[str, Any], currency: str, unit: int) -> list[str]:
    """How the count was made, a sentence for each thing the city set. `unit`: minor units in one of the currency."""
    cover = settings.get("cover")
    told = [
        {
            "greedy": _greedy_skipping,
            "greedy-no-skip": _greedy_stopping,
            "greedy-threshold": _greedy_stopping if cover else _greedy_skipping,
            "equal-shares": _equal_shares,
            "phragmen": _phragmen,
        }[settings["name"]](settings)
    ]
    if cover:
        told.append(
            _(
                "The first project that did not fit was still funded if at least %s of its cost was left; "
                "the city paid the rest from its reserve, and the count ended."
            )
            % _share(cover)
        )
    told += _minimums(settings)
    if settings["name"] == "equal-shares":
        told += _completion(settings, currency, unit)
    order = [tie_order()[key] for key in settings.get("ties", ()) if key != "lot" or settings.get("seed")]
    if order:
        told.append(_("Between equal projects it goes by: %s.") % _(", then ").join(order))
    return told


def tie(record: Mapping[str, Any], names: Names) -> str:
    """Who was equal, in which order they went, what decided, and whether it mattered."""
    projects = [names.get(project, project) for project in record["projects"]]
    decided = [tie_order()[key] for key in record["by"]]
    told = _("Equal: %s; they went in this order") % listed(projects)
    told += (
        (_(", decided by %s.") % _(", then ").join(decided)) if decided else _(", as they stand on the ballot paper.")
    )
    return (
        told
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


def tie_order() -> dict[str, str]:
    return {
        "min-cost": _("the lower cost"),
        "max-votes": _("the greater number of votes"),
        "lot": _("the lot"),
        "listed": _("the order of the list"),
        "id": _("the project's number"),
    }


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
    told = _("It costs %(cost)s; those who chose it had %(left)s of their shares left.") % {
        "cost": money.written(reason["cost"], currency),
        "left": _whole(reason["left"], currency),
    }
    most = max(reason.get("spent_on", ()), key=lambda item: item["amount"], default=None)
    if most is None:
        return told
    return (
        told
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


# The rule -----------------------------------------------------------------------------------------------------------


def _order(settings: Mapping[str, Any]) -> str:
    return {
        "votes": _("the most votes"),
        "points": _("the most points"),
        "votes-per-cost": _("the most votes for its cost"),
    }[settings.get("rank_by", "votes")]


def _greedy_skipping(settings: Mapping[str, Any]) -> str:
    return _(
        "Projects were funded in order, the one with %s first. A project that cost more than was left was passed over, "
        "and the next had its turn."
    ) % _order(settings)


def _greedy_stopping(settings: Mapping[str, Any]) -> str:
    return _(
        "Projects were funded in order, the one with %s first. The count ended at the first project that cost more "
        "than was left."
    ) % _order(settings)


def _equal_shares(settings: Mapping[str, Any]) -> str:
    satisfaction = {
        "cost": _("the money that goes to what a voter chose"),
        "cardinality": _("the number of funded projects a voter chose"),
        "points": _("the points a voter gave to what is funded"),
    }[settings.get("utility", "cost")]
    return (
        _(
            "Method of Equal Shares: every voter has an equal share of the budget. A project is funded if those who "
            "chose it can pay for it from their shares, each as evenly as possible; the one that gives its supporters "
            "most for their money goes first. What counts is %s."
        )
        % satisfaction
    )


def _phragmen(settings: Mapping[str, Any]) -> str:
    return _(
        "Sequential Phragmén: every voter earns money at the same steady pace. As soon as those who chose a project "
        "can pay for it together, it is funded, as long as the budget lasts."
    )


def _minimums(settings: Mapping[str, Any]) -> list[str]:
    told = []
    if votes := settings.get("minimum_votes"):
        kind = _("A project needed at least %s points.") if settings.get("rank_by") == "points" else None
        least = number_format(votes, force_grouping=True)
        told.append(
            (kind or ngettext("A project needed at least %s vote.", "A project needed at least %s votes.", votes))
            % least
        )
    if share := settings.get("minimum_of_ballots"):
        told.append(_("A project needed the votes of at least %s of all ballots.") % _share(share))
    if share := settings.get("minimum_of_cost"):
        told.append(
            _("A project needed a share of the votes of at least %s of its share of the budget.") % _share(share)
        )
    return told


def _completion(settings: Mapping[str, Any], currency: str, unit: int) -> list[str]:
    step = money.written(settings.get("increment") or unit, currency)
    told = {
        "none": [_("What the shares did not buy stays unspent.")],
        "add1": [
            _("As long as the whole stayed within the budget, every voter's share was raised, by %s at a time.") % step
        ],
        "add1-exhaustive": [
            _(
                "As long as the whole stayed within the budget and money for another project remained, every voter's "
                "share was raised, by %s at a time."
            )
            % step
        ],
        "add1u": [
            _("As long as the whole stayed within the budget, every voter's share was raised, by %s at a time.") % step,
            _("What was left then went to the projects with the most votes that still fitted."),
        ],
    }[settings.get("completion", "none")]
    if settings.get("compare"):
        told.append(
            _("The outcome was compared with funding by most votes; the one more voters are better served by stands.")
        )
    return told


# Numbers ------------------------------------------------------------------------------------------------------------


def _numbers(reason: Mapping[str, Any], *keys: str) -> dict[str, str]:
    return {key: number_format(reason[key], force_grouping=True) for key in keys}


def _amounts(reason: Mapping[str, Any], currency: str) -> dict[str, str]:
    return {key: money.written(reason[key], currency) for key in ("cost", "left")}


def _whole(amount: int, currency: str) -> str:
    """An amount without its cents: what was nearly enough need not be told to the cent."""
    unit = 10 ** get_currency_precision(currency)
    return money.written(amount // unit * unit or amount, currency)


def _share(share: Any) -> str:
    percent = Fraction(share) * 100
    whole = percent.denominator == 1
    return _("%s%%") % number_format(int(percent) if whole else float(percent), None if whole else 2)


def _of_votes(missing: int) -> str:
    return ngettext("with %s more vote", "with %s more votes", missing) % number_format(missing, force_grouping=True)


def _of_points(missing: int) -> str:
    return ngettext("with %s more point", "with %s more points", missing) % number_format(missing, force_grouping=True)
