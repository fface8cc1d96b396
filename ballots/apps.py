from django.apps import AppConfig


class Ballots(AppConfig):
    name = "ballots"

    def ready(self) -> None:
        """Say what is kept of a person: never how they voted, for nobody here can read that."""
        from ballots import models  # noqa: PLC0415  (models can be imported from here on)
        from budgeting import registry  # noqa: PLC0415

        registry.keep_of_a_person(
            rows=[(models.KeyShare, "holder")],
            traces=[
                (models.BallotBoxKey, "made_by"),
                (models.BallotPaper, "frozen_by"),
                (models.Count, "by"),
                (models.Opening, "by"),
                (models.Rehearsal, "by"),
                (models.ShareDestruction, "by"),
            ],
        )
