"""How a cycle is written in an address."""

from django.urls import register_converter


class CycleSlug:
    regex = r"\d{4}[-\w]*"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(CycleSlug, "cycle")
