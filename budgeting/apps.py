from django.apps import AppConfig
from django.core import checks


class Budgeting(AppConfig):
    name = "budgeting"

    def ready(self) -> None:
        """Teach Django how a cycle is written in an address, before any room's are read, and what to check."""
        from budgeting import converters, public_address, registry  # noqa: F401, PLC0415  (two register themselves)

        checks.register(public_address.a_city_says_where_it_is)
