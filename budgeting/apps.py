from django.apps import AppConfig
from django.core import checks


class Budgeting(AppConfig):
    name = "budgeting"

    def ready(self) -> None:
        """Teach Django how a cycle is written in an address, before any room's are read, and what to check.

        Say what is kept of a person here: who proposed, confirmed and announced.
        """
        from budgeting import compared, converters, public_address, registry, two  # noqa: F401, PLC0415  (three register themselves)
        from budgeting.models import CalendarChange, Draw, JointAct, OneIsEnough  # noqa: PLC0415

        compared.register()
        registry.keep_of_a_person(
            traces=[
                (CalendarChange, "by"),
                (CalendarChange, "confirmed_by"),
                (Draw, "announced_by"),
                (Draw, "announced_with"),
                (Draw, "entered_by"),
                (Draw, "entered_with"),
                (JointAct, "proposed_by"),
                (JointAct, "settled_by"),
                (OneIsEnough, "announced_by"),
                (OneIsEnough, "revoked_by"),
            ]
        )
        checks.register(public_address.a_city_says_where_it_is)
