"""Cards of committees, held against the audit log: each is as it was when it was handed in."""

from collections.abc import Iterator

from audit.compared import compares
from committee.sealing import altered_cards


def register() -> None:
    compares("Cards of committees", cards)


def cards() -> Iterator[str]:
    for card in altered_cards():
        yield f"{card} (card {card.pk}) is not as it was handed in, on a proposal in a step by a member."
