"""How a proposal is written in an address, and one of its parts: 12-new-playground, comments/7."""

from django.urls import register_converter

from proposals.models import Comment, Photo, Proposal, Version
from proposals.models.may_be_hidden import MayBeHidden


class Numbered:
    """The number is the identity, the rest decoration."""

    regex = r"\d{1,8}(?:-[^/]*)?"

    def to_python(self, value: str) -> int:
        return int(value.partition("-")[0])

    def to_url(self, value: "Proposal | int") -> str:
        return f"{value.number}-{value.slug}" if isinstance(value, Proposal) else str(value)


PARTS: dict[str, tuple[type[MayBeHidden], str]] = {
    "comments": (Comment, "pk"),
    "photos": (Photo, "pk"),
    "versions": (Version, "number"),
}


class Part:
    """A model, and what to ask it for."""

    regex = rf"(?:{'|'.join(PARTS)})/\d{{1,15}}"

    def to_python(self, value: str) -> tuple[type[MayBeHidden], dict[str, int]]:
        name, _slash, key = value.partition("/")
        model, field = PARTS[name]
        return model, {field: int(key)}

    def to_url(self, value: MayBeHidden) -> str:
        name, field = next((name, field) for name, (model, field) in PARTS.items() if isinstance(value, model))
        return f"{name}/{getattr(value, field)}"


register_converter(Numbered, "numbered")
register_converter(Part, "part")
