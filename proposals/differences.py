"""What differs between two wordings of a proposal, as people read it."""

from collections.abc import Iterator
from typing import Any

from django.db.models import CharField, TextField

from lib.text_diff import Piece, text_diff
from proposals.models import Proposal


def differences(proposal: Proposal, before: dict[str, Any], after: dict[str, Any]) -> Iterator[tuple[str, list[Piece]]]:
    """Each field that differs, by its name, in pieces: words for texts, the whole value for figures."""
    for name in (*Proposal.TEXT, *Proposal.PLACE):
        if before.get(name) == after.get(name):
            continue
        field = Proposal._meta.get_field(name.removesuffix("_id"))
        old, new = (proposal.written(name, text) for text in (before, after))
        in_words = isinstance(field, CharField | TextField)
        yield str(field.verbose_name), text_diff(old, new) if in_words else [Piece("gone", old), Piece("new", new)]  # type: ignore[union-attr]
