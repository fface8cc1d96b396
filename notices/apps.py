from django.apps import AppConfig


class Notices(AppConfig):
    name = "notices"

    def ready(self) -> None:
        """Say what is kept of people."""
        from budgeting import retention  # noqa: PLC0415  (models can be imported from here on)
        from notices import retention as ours  # noqa: PLC0415

        retention.keeps(*ours.KEPT)
