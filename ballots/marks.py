"""What a ballot may say, and how it is written down: points per ballot number, for every ballot style.

`choices` are a mapping from ballot number to points: one point for each approved project, the points given, or for a
ranking of L places L for the first down to 1 for the last. A blank ballot is an empty mapping.
"""

import secrets
from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ballots.models import BallotPaper
from budgeting.models import Contest
from lib import money

Choices = Mapping[int, int]

VERSION = b"\x01"
SALT = 16  # random bytes, so that equal ballots never look alike
HEAD = len(VERSION) + SALT
MOST_POINTS = 0xFFFF


class BallotDecodeError(ValueError):
    """What was sealed is no ballot of this contest."""


def as_text(choices: Choices) -> str:
    """The canonical form: "3:1 7:1", by ballot number; empty for a blank ballot."""
    return " ".join(f"{number}:{points}" for number, points in sorted(choices.items()))


def from_text(content: str) -> dict[int, int]:
    """The choices of a canonical form."""
    pairs = (pair.split(":") for pair in content.split())
    return {int(number): int(points) for number, points in pairs}


def length(size: int) -> int:
    """How many bytes every ballot of a paper with `size` lines has before it is sealed."""
    return HEAD + 2 * size


def encode(choices: Choices, size: int) -> bytes:
    """A version, 16 random bytes, and two bytes of points for each line: `length(size)` bytes, whatever was chosen."""
    points = (choices.get(number, 0) for number in range(1, size + 1))
    return VERSION + secrets.token_bytes(SALT) + b"".join(point.to_bytes(2, "big") for point in points)


def decode(plain: bytes, size: int) -> dict[int, int]:
    """The choices of an encoded ballot. Raises BallotDecodeError if it is none of a paper with `size` lines."""
    if len(plain) != length(size) or plain[: len(VERSION)] != VERSION:
        raise BallotDecodeError("unknown form")
    points = (int.from_bytes(plain[at : at + 2], "big") for at in range(HEAD, len(plain), 2))
    return {number: point for number, point in enumerate(points, start=1) if point}


def errors(choices: Choices, paper: BallotPaper) -> list[str]:
    """Why these choices are no valid ballot on this paper, a sentence each; empty if they are. Blank is valid."""
    if any(number not in paper.costs for number in choices):
        return [_("A project is not on this ballot paper.")]
    if any(not 0 < points <= MOST_POINTS for points in choices.values()):
        return [_("Points are whole numbers above zero.")]
    contest = paper.contest
    reasons = [_too_many(choices, contest)]
    match contest.ballot_style:
        case Contest.BallotStyle.APPROVAL:
            reasons.append(_only_marks(choices))
        case Contest.BallotStyle.KNAPSACK:
            reasons += [_only_marks(choices), _too_dear(choices, paper)]
        case Contest.BallotStyle.POINTS:
            reasons += _too_many_points(choices, contest)
        case Contest.BallotStyle.RANKING:
            reasons.append(_no_ranking(choices))
    return [reason for reason in reasons if reason]


def _too_many(choices: Choices, contest: Contest) -> str:
    most = contest.most_choices
    if most is None or len(choices) <= most:
        return ""
    chosen = ngettext("You chose %d project", "You chose %d projects", len(choices)) % len(choices)
    return chosen + ngettext("; you can choose %d.", "; you can choose up to %d.", most) % most


def _only_marks(choices: Choices) -> str:
    return "" if all(points == 1 for points in choices.values()) else _("A project can be chosen once.")


def _too_dear(choices: Choices, paper: BallotPaper) -> str:
    over = sum(paper.costs[number] for number in choices) - paper.contest.budget
    if over <= 0:
        return ""
    amount = money.written(over, paper.contest.cycle.currency)
    return _("Your projects cost %(amount)s more than the budget.") % {"amount": amount}


def _too_many_points(choices: Choices, contest: Contest) -> list[str]:
    given, most = sum(choices.values()), contest.most_points
    there_are = contest.points or 0
    heaped = most is not None and any(points > most for points in choices.values())
    return [
        _("You gave %(given)d points; there are %(points)d.") % {"given": given, "points": there_are}
        if given > there_are
        else "",
        ngettext("A project can have %d point.", "A project can have up to %d points.", most or 0) % most
        if heaped
        else "",
    ]


def _no_ranking(choices: Choices) -> str:
    places = sorted(choices.values())
    return "" if places == list(range(1, len(places) + 1)) else _("Each place is given to one project, without gaps.")
