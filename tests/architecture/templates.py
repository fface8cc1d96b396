"""What counts as an import in a template."""

import re
from collections.abc import Iterator, Mapping, Set

from django.template.base import Token, TokenType

from tests.architecture.law import Arrow, Found, Law
from tests.architecture.sources import Template

TAGS_THAT_TAKE_AN_ADDRESS = {"url": 1, "nav_link": 2}
"""Which word of the tag is the address's name."""
READS_THE_CLOCK = re.compile(r"\|\s*(?:naturaltime|naturalday|timesince(?!:)|timeuntil(?!:))\b")


def arrows(template: Template, law: Law, libraries: Mapping[str, str], names: Mapping[str, Set[str]]) -> list[Arrow]:
    """What a template loads, extends, includes and leads to.

    `libraries` are the modules of the libraries of tags by name, `names` the rooms that define each address's name.
    """
    found = []
    for token in template.tokens:
        for to, what in _reached(token, law, libraries, names):
            found.append(Arrow(template.name, token.lineno or 1, what, to))
    return found


def _reached(
    token: Token, law: Law, libraries: Mapping[str, str], names: Mapping[str, Set[str]]
) -> Iterator[tuple[str, str]]:
    if token.token_type is not TokenType.BLOCK:
        return
    tag, *words = token.split_contents()
    if tag == "load":
        for library in words[-1:] if "from" in words else words:
            if library in libraries:
                yield libraries[library], f"loads {library}"
    elif tag in ("extends", "include"):
        name = _literal(words[0]) or ""
        if room := law.room_of_template(name):
            yield room, f"{tag} {name} of {room}"
    elif tag in TAGS_THAT_TAKE_AN_ADDRESS and len(words) >= TAGS_THAT_TAKE_AN_ADDRESS[tag]:
        name = _literal(words[TAGS_THAT_TAKE_AN_ADDRESS[tag] - 1]) or ""
        for room in sorted(names.get(name, ())):
            yield room, f"leads to the address {name!r} of {room}"


def _literal(word: str) -> str | None:
    return word[1:-1] if len(word) > 1 and word[0] == word[-1] and word[0] in "'\"" else None


def lookups(template: Template) -> Iterator[tuple[list[str], int]]:
    """What is looked up from a variable, step by step: {{ contest.paper.size }} is ["contest", "paper", "size"]."""
    for token in template.tokens:
        bare = re.sub(r"\"[^\"]*\"|'[^']*'", "''", token.contents)
        for match in re.finditer(r"[A-Za-z_]\w*(?:\.\w+)+", bare):
            yield match[0].split("."), token.lineno or 1


def clock_reads(template: Template) -> list[Found]:
    """{% now %}, and filters that hold a moment against a clock of their own."""
    found = []
    for token in template.tokens:
        is_tag = token.token_type is TokenType.BLOCK and token.contents.split(maxsplit=1)[0] == "now"
        if is_tag or READS_THE_CLOCK.search(token.contents):
            found.append(Found(template.name, token.lineno or 1, f"reads the clock: {token.contents}"))
    return found
