"""How a proposal is written in an address: 12-new-playground. The number is the identity, the rest decoration."""

from django.urls import register_converter

from proposals.models import Proposal


class Numbered:
    regex = r"\d{1,8}(?:-[^/]*)?"

    def to_python(self, value: str) -> int:
        return int(value.partition("-")[0])

    def to_url(self, value: "Proposal | int") -> str:
        return f"{value.number}-{value.slug}" if isinstance(value, Proposal) else str(value)


register_converter(Numbered, "numbered")
