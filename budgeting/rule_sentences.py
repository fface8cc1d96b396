"""How a count is made, in words: a sentence for each thing the city set, before the vote and after the count alike.

They are made from the complete rule as `tally.Rule.to_dict` writes it. Money is in minor units.
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lib import money


def rule(settings: Mapping[str, Any], currency: str, unit: int) -> list[str]:
    """A sentence for each thing the city set. `unit`: minor units in one of the currency."""
    cover = settings.get("cover")
    sentences = [
        {
            "greedy": _greedy_skipping,
            "greedy-no-skip": _greedy_stopping,
            "greedy-threshold": _greedy_stopping if cover else _greedy_skipping,
            "equal-shares": _equal_shares,
            "phragmen": _phragmen,
        }[settings["name"]](settings)
    ]
    if cover:
        sentences.append(
            _(
                "The first project that does not fit is still funded if at least %s of its cost is left; "
                "the city pays the rest from its reserve, and the count ends."
            )
            % _share(cover)
        )
    sentences += _minimums(settings)
    if settings["name"] == "equal-shares":
        sentences += _completion(settings, currency, unit)
    sentences.append(_("Between equal projects it goes by: %s.") % order(settings.get("ties", ())))
    return sentences


def order(keys: Any) -> str:
    """An order for ties in words."""
    words = tie_order()
    return _(", then ").join(words[key] for key in keys)


def tie_order() -> dict[str, str]:
    return {
        "min-cost": _("the lower cost"),
        "max-votes": _("the greater number of votes"),
        "lot": _("a public lot"),
        "listed": _("the order of the ballot paper"),
        "id": _("the project's number"),
    }


def goes_by_points(settings: Mapping[str, Any]) -> bool:
    """Do points decide, or else votes?"""
    return "points" in (settings.get("rank_by"), settings.get("utility"))


def _order(settings: Mapping[str, Any]) -> str:
    return {
        "votes": _("the most votes"),
        "points": _("the most points"),
        "votes-per-cost": _("the most votes for its cost"),
    }[settings.get("rank_by", "votes")]


def _greedy_skipping(settings: Mapping[str, Any]) -> str:
    return _(
        "Projects are funded in order, the one with %s first. A project that costs more than is left is passed over, "
        "and the next has its turn."
    ) % _order(settings)


def _greedy_stopping(settings: Mapping[str, Any]) -> str:
    return _(
        "Projects are funded in order, the one with %s first. The count ends at the first project that costs more "
        "than is left."
    ) % _order(settings)


def _equal_shares(settings: Mapping[str, Any]) -> str:
    satisfaction = {
        "cost": _("the money that goes to what a voter chose"),
        "cardinality": _("the number of funded projects a voter chose"),
        "points": _("the points a voter gave to what is funded"),
    }[settings.get("utility", "cost")]
    if goes_by_points(settings):
        paying = _("each in proportion to the points given")
    else:
        paying = _("each as evenly as possible")
    return _(
        "Method of Equal Shares: every voter has an equal share of the budget. A project is funded if those who "
        "chose it can pay for it from their shares, %(paying)s; the one that gives its supporters most for their "
        "money goes first. What counts is %(satisfaction)s."
    ) % {"paying": paying, "satisfaction": satisfaction}


def _phragmen(settings: Mapping[str, Any]) -> str:
    return _(
        "Sequential Phragmén: every voter earns money at the same steady pace. As soon as those who chose a project "
        "can pay for it together, it is funded, as long as the budget lasts."
    )


def _minimums(settings: Mapping[str, Any]) -> list[str]:
    by_points = goes_by_points(settings)
    sentences = []
    of_ballots, of_cost = settings.get("minimum_of_ballots"), settings.get("minimum_of_cost")
    if least := settings.get("minimum_votes"):
        sentences.append((_least_points if by_points else _least_votes)(least))
    elif settings["name"].startswith("greedy") and not of_ballots and not of_cost:
        sentences.append(_("A project that nobody chose can be funded too, if money is left."))
    if of_ballots:
        sentences.append(
            (
                _("A project needs at least %s as many points as there are ballots.")
                if by_points
                else _("A project needs the votes of at least %s of all ballots.")
            )
            % _share(of_ballots)
        )
    if of_cost:
        sentences.append(
            (
                _(
                    "A project's points, divided by the number of ballots, must be at least %s of its share of the "
                    "budget."
                )
                if by_points
                else _("A project's share of the votes must be at least %s of its share of the budget.")
            )
            % _share(of_cost)
        )
    return sentences


def _least_votes(least: int) -> str:
    words = ngettext("A project needs at least %s vote.", "A project needs at least %s votes.", least)
    return words % number_format(least, force_grouping=True)


def _least_points(least: int) -> str:
    words = ngettext("A project needs at least %s point.", "A project needs at least %s points.", least)
    return words % number_format(least, force_grouping=True)


def _completion(settings: Mapping[str, Any], currency: str, unit: int) -> list[str]:
    step = money.written(settings.get("increment") or unit, currency)
    raised = _("As long as the whole stays within the budget, every voter's share is raised, by %s at a time.") % step
    by_points = goes_by_points(settings)
    sentences = {
        "none": [_("What the shares do not buy stays unspent.")],
        "add1": [raised],
        "add1-exhaustive": [
            _(
                "As long as the whole stays within the budget and money for another project remains, every voter's "
                "share is raised, by %s at a time."
            )
            % step
        ],
        "add1u": [
            raised,
            _("What is left then goes to the projects with the most points that still fit.")
            if by_points
            else _("What is left then goes to the projects with the most votes that still fit."),
        ],
    }[settings.get("completion", "none")]
    if settings.get("compare"):
        sentences.append(
            _("The outcome is compared with funding by most points; the one more voters are better served by stands.")
            if by_points
            else _(
                "The outcome is compared with funding by most votes; the one more voters are better served by stands."
            )
        )
    return sentences


def _share(share: Any) -> str:
    """In per cent, or as the fraction it is where two decimals do not say it exactly."""
    percent = Fraction(share) * 100
    if (percent * 100).denominator != 1:
        return str(Fraction(share))
    whole = percent.denominator == 1
    return _("%s%%") % number_format(int(percent) if whole else float(percent), None if whole else 2)
