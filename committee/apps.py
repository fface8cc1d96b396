from django.apps import AppConfig


class CommitteeRoom(AppConfig):
    name = "committee"

    def ready(self) -> None:
        """Offer the committee's page on a proposal, keep papers back, and say what is kept of a person."""
        from budgeting import registry, sections, within  # noqa: PLC0415  (models can be imported from here on)
        from committee import (  # noqa: PLC0415
            compared,
            costs_told,
            leaving,
            models,
            offering,
            public_answers,
            publishing,
            steps,
            telling,
        )
        from proposals.models import Proposal  # noqa: PLC0415

        compared.register()
        telling.register()
        within.divide(steps.parts, steps.move_along)
        registry.serve(registry.CyclePage.SHORTLIST, "shortlist")
        for offered in (
            offering.page_of_the_committee,
            offering.question_of_a_clerk,
            offering.challenge_of_a_clerk,
            offering.messages_of_either_side,
            offering.another_wording,
            offering.who_took_no_part,
        ):
            registry.offer_for(Proposal, offered)
        sections.tell_on(Proposal, costs_told.on_the_page)
        sections.tell_on(Proposal, public_answers.on_the_page)
        registry.holds(registry.Deed.FREEZE_PAPER, publishing.why_not_freeze)
        registry.when_somebody_leaves(leaving.LEAVING)
        registry.keep_of_a_person(
            rows=[
                (models.Recusal, "member"),
                (models.MotionVote, "member"),
                (models.Assignment, "member"),
                (models.Office, "member"),
                (models.Seat, "holder"),
                (models.DepartmentMember, "member"),
                (models.Finding, "by"),
                (models.FindingDraft, "by"),
                (models.Challenge, "member"),
                (models.Card, "member"),
                (models.CardImport, "by"),
                (models.Note, "by"),
                (models.CostAssessment, "by"),
                (models.Message, "by"),
                (models.Consent, "author"),
                (models.ProposedChange, "author"),
            ],
            traces=[
                (models.Motion, "by"),
                (models.CaseNumber, "by"),
                (models.Assignment, "by"),
                (models.Assignment, "ended_by"),
                (models.Challenge, "by"),
                (models.Challenge, "settled_by"),
                (models.Card, "confirmed_by"),
                (models.Correction, "looked_by"),
                (models.MergerRuling, "by"),
                (models.Message, "read_by"),
                (models.ProposedChange, "by"),
                (models.ChangeRuling, "by"),
                (models.Opinion, "by"),
                (models.Station, "by"),
            ],
        )
