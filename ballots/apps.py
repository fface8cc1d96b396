from django.apps import AppConfig


class Ballots(AppConfig):
    name = "ballots"

    def ready(self) -> None:
        """Say what a ballot holds fast, what takes two, and what is kept of a person: never how they voted."""
        from ballots import (  # noqa: PLC0415
            acts_of_two,
            cast_for_you,
            ceremony_told,
            compared,
            ends_soon,
            holding,
            leaving,
            models,
            papers_by_two,
            roll,
            superseding_told,
        )
        from ballots import retention as ours  # noqa: PLC0415
        from budgeting import registry, retention  # noqa: PLC0415
        from budgeting.two import Joint, does  # noqa: PLC0415

        cast_for_you.register()
        ceremony_told.register()
        compared.register()
        ends_soon.register()
        superseding_told.register()
        registry.serve(registry.Page.BALLOTS, "ballots")
        registry.holds(registry.Deed.CHANGE_PROPOSAL, holding.why_not_change)
        registry.holds(registry.Deed.MOVE_DATES, holding.why_not_move)
        registry.holds(registry.Deed.IMPORT_ALONE, holding.why_not_import_alone)
        registry.holds(registry.Deed.LET_ONE_BE_ENOUGH, holding.why_not_let_one_be_enough)
        registry.holds(registry.Deed.LET_LETTERS_VOTE, holding.why_not_let_letters_vote)
        registry.holds(registry.Deed.ADD_CONTEST, holding.why_not_add_contest)
        registry.holds(registry.Deed.FORGET_RESIDENTS, holding.why_not_forget_residents)
        registry.carries(registry.Along.JOIN_LINES, registry.Carrying(roll.fates, roll.carry_along))
        does(Joint.FREEZE, papers_by_two.FREEZING)
        does(Joint.SUPERSEDE, papers_by_two.SUPERSEDING)
        does(Joint.ANNOUNCE_DRAW, papers_by_two.ANNOUNCING)
        does(Joint.ENTER_SEED, papers_by_two.ENTERING)
        does(Joint.END_VOTE, acts_of_two.ENDING)
        does(Joint.EXTEND_VOTE, acts_of_two.EXTENDING)
        does(Joint.RESUME_VOTE, acts_of_two.RESUMING)
        does(Joint.CLOSE_WITHOUT_VOTE, acts_of_two.WITHOUT_VOTE)
        does(Joint.CLOSE_WITHOUT_RESULT, acts_of_two.WITHOUT_RESULT)
        does(Joint.GIVE_UP_KEY, acts_of_two.GIVING_UP)
        retention.keeps(*ours.KEPT)
        registry.when_somebody_leaves(leaving.LEAVING)
        registry.keep_of_a_person(
            rows=[(models.KeyShare, "holder"), (models.Part, "holder")],
            traces=[
                (models.BallotBoxKey, "made_by"),
                (models.BallotPaper, "frozen_by"),
                (models.BallotPaper, "frozen_with"),
                (models.Ceremony, "begun_by"),
                (models.Correction, "by"),
                (models.Count, "by"),
                (models.KeyGivenUp, "by"),
                (models.KeyGivenUp, "confirmed_by"),
                (models.NoResult, "by"),
                (models.NoResult, "confirmed_by"),
                (models.NoVote, "by"),
                (models.NoVote, "confirmed_by"),
                (models.Opening, "by"),
                (models.Rehearsal, "by"),
                (models.ShareDestruction, "by"),
                (models.SupersededPaper, "by"),
                (models.SupersededPaper, "confirmed_by"),
                (models.SupersededPaper, "frozen_by"),
                (models.SupersededPaper, "frozen_with"),
            ],
        )
