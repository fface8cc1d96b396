"""How a count was made, in words: a sentence for each thing the city set. Money is in minor units."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lib import money
from results.sentences import tie_order


def rule(settings: Mapping[str, Any], currency: str, unit: int) -> list[str]:
    """How the count was made, a sentence for each thing the city set. `unit`: minor units in one of the currency."""
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
                "The first project that did not fit was still funded if at least %s of its cost was left; "
                "the city paid the rest from its reserve, and the count ended."
            )
            % _share(cover)
        )
    sentences += _minimums(settings)
    if settings["name"] == "equal-shares":
        sentences += _completion(settings, currency, unit)
    order = [tie_order()[key] for key in settings.get("ties", ()) if key != "lot" or settings.get("seed")]
    if order:
        sentences.append(_("Between equal projects it goes by: %s.") % _(", then ").join(order))
    return sentences


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
    sentences = []
    if votes := settings.get("minimum_votes"):
        kind = _("A project needed at least %s points.") if settings.get("rank_by") == "points" else None
        least = number_format(votes, force_grouping=True)
        sentences.append(
            (kind or ngettext("A project needed at least %s vote.", "A project needed at least %s votes.", votes))
            % least
        )
    if share := settings.get("minimum_of_ballots"):
        sentences.append(_("A project needed the votes of at least %s of all ballots.") % _share(share))
    if share := settings.get("minimum_of_cost"):
        sentences.append(
            _("A project needed a share of the votes of at least %s of its share of the budget.") % _share(share)
        )
    return sentences


def _completion(settings: Mapping[str, Any], currency: str, unit: int) -> list[str]:
    step = money.written(settings.get("increment") or unit, currency)
    sentences = {
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
        sentences.append(
            _("The outcome was compared with funding by most votes; the one more voters are better served by stands.")
        )
    return sentences


def _share(share: Any) -> str:
    percent = Fraction(share) * 100
    whole = percent.denominator == 1
    return _("%s%%") % number_format(int(percent) if whole else float(percent), None if whole else 2)
