from django.apps import AppConfig


class Residents(AppConfig):
    name = "residents"

    def ready(self) -> None:
        """Serve the page on which somebody shows that they live here, and say what is kept of a person."""
        from budgeting import registry, retention, two  # noqa: PLC0415  (models can be imported from here on)
        from residents import calendar_told, compared, leaving, vote_begins, words  # noqa: PLC0415
        from residents import retention as ours  # noqa: PLC0415
        from residents.acts_of_two import IMPORTING, JOINING, SETTLING  # noqa: PLC0415
        from residents.models import Claim, JoinedLine, LetterCode, LetterRun, RegisterImport, Verification  # noqa: PLC0415

        registry.serve(registry.Page.VERIFY, "verify")
        registry.serve(registry.Page.LETTER, "verify_by_letter")
        two.does(two.Joint.JOIN_LINES, JOINING)
        two.does(two.Joint.SETTLE_CLAIM, SETTLING)
        two.does(two.Joint.IMPORT_REGISTER, IMPORTING)
        vote_begins.register()
        calendar_told.register()
        words.register()
        compared.register()
        retention.keeps(*ours.KEPT)
        registry.when_somebody_leaves(leaving.LEAVING)
        registry.keep_of_a_person(
            rows=[(Verification, "user"), (Claim, "user")],
            traces=[
                (Claim, "filed_by"),
                (Claim, "settled_by"),
                (JoinedLine, "by"),
                (JoinedLine, "confirmed_by"),
                (LetterCode, "made_by"),
                (LetterCode, "voided_by"),
                (LetterRun, "made_by"),
                (LetterRun, "posted_by"),
                (RegisterImport, "by"),
                (Verification, "by"),
            ],
        )
