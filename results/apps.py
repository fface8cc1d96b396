from django.apps import AppConfig


class Results(AppConfig):
    name = "results"

    def ready(self) -> None:
        """Say what is kept of a person, and what is compared with the log."""
        from budgeting import registry  # noqa: PLC0415  (models can be imported from here on)
        from results import compared, fraud_told, report_told, telling  # noqa: PLC0415
        from results.models import Report  # noqa: PLC0415

        compared.register()
        telling.register()
        report_told.register()
        fraud_told.register()
        registry.keep_of_a_person(traces=[(Report, "asked_by")])
