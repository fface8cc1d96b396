"""Tables as CSV that a spreadsheet shows and never runs."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from unicodedata import normalize

from django.http import StreamingHttpResponse

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "|", "%")


def cell(value: object) -> object:
    """The value, or with an apostrophe before it if a spreadsheet might take it for a formula (ASVS 1.2.10)."""
    if not isinstance(value, str):
        return value
    start = normalize("NFKC", value.lstrip(" \u00a0\ufeff")[:1])  # a full-width = is one too
    return f"'{value}" if start.startswith(FORMULA) or value.startswith(FORMULA) else value


def guarded(text: str) -> str:
    """A text that is to be read again: with one apostrophe more wherever, behind apostrophes, a formula might begin."""
    return f"'{text}" if _might_run(text) else text


def unguarded(text: str) -> str:
    """What was guarded, as it was before; what somebody typed over it, as they typed it."""
    return text[1:] if text.startswith("'") and _might_run(text) else text


def _might_run(text: str) -> bool:
    bare = text.lstrip("'")
    return cell(bare) != bare


def csv_response(name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> StreamingHttpResponse:
    """A download, a row at a time, in UTF-8 with the mark that makes Excel read it so."""

    class Echo:
        def write(self, text: str) -> str:
            return text

    writer = csv.writer(Echo())

    def lines() -> Iterator[str]:
        yield "\ufeff"
        for row in chain([header], rows):
            yield writer.writerow([cell(value) for value in row])

    return StreamingHttpResponse(
        lines(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )
