from django.apps import AppConfig


class Budgeting(AppConfig):
    name = "budgeting"

    def ready(self) -> None:
        """Teach Django how a cycle is written in an address, before any room's addresses are read."""
        from budgeting import converters, registry  # noqa: F401, PLC0415  (both register themselves)
