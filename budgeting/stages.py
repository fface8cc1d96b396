"""The stages of a cycle: one table with all there is to know of each. Whoever adds a stage adds it here.

What a stage is called, what it says to a resident, what its one button leads to, and what may be done then. Every
page that names a stage asks this table; a test sees to it that no stage lacks anything and that every act is asked.
"""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Stage(StrEnum):
    """The stages of a cycle in the order they come. PREPARING and COUNTING need no window of their own."""

    PREPARING = "preparing"
    PROPOSING = "proposing"
    REVIEWING = "reviewing"
    PRESENTING = "presenting"
    VOTING = "voting"
    COUNTING = "counting"
    RESULTS = "results"
    DELIVERING = "delivering"

    @property
    def about(self) -> "About":
        """Its entry in the table."""
        return STAGES[self]


class Act(StrEnum):
    """What a person may want to do that depends on the calendar."""

    PROPOSE = "propose"
    EDIT = "edit"
    WITHDRAW = "withdraw"
    ENDORSE = "endorse"
    COMMENT = "comment"
    DECIDE = "decide"
    FREEZE_PAPER = "freeze the ballot paper"
    MAKE_KEY = "make the ballot-box key"
    IMPORT_REGISTER = "import the register of residents"
    VERIFY = "be verified"
    VOTE = "vote"
    OPEN_BOX = "open the ballot box"
    COUNT = "count"
    SEE_RESULTS = "see results"
    REPORT_DELIVERY = "report delivery"


class Button(StrEnum):
    """What the one main button leads to."""

    SEE_CALENDAR = "see the calendar"
    PROPOSE = "propose"
    READ_PROPOSALS = "read the proposals"
    VOTE = "vote"
    SEE_RESULTS = "see the results"


@dataclass(frozen=True, slots=True)
class About:
    """All there is to know of a stage.

    `acts` are open while its window lasts, `acts_after` in the gap that may follow it: there, what residents do is
    closed, and what staff prepare is open. `urgency`: of several cycles a visitor most likely came for the one with the
    lowest.
    """

    name: Promise
    heading: Promise  # of the page, said to a resident
    sentence: Promise  # what it means for a resident
    story: Promise  # what happens then, on the page that explains it all
    proposals: Promise  # what a list of some proposals is called then
    button: Button
    urgency: int
    acts: frozenset[Act]
    acts_after: frozenset[Act] = frozenset()
    has_box: bool = False  # is there a ballot box whose board can be looked at?
    shows_turnout: bool = False


REGISTER = frozenset({Act.IMPORT_REGISTER, Act.VERIFY})

# Decisions end with the review's window and papers are frozen after it, so that nothing on a frozen paper is decided
# anew (docs/decisions/0007).
STAGES: dict[Stage, About] = {
    Stage.PREPARING: About(
        name=_("Preparing"),
        heading=_("The calendar is set"),
        sentence=_("Soon you can propose what the city should build."),
        story=_("The city sets the dates, the districts and the money."),
        proposals=_("Proposals"),
        button=Button.SEE_CALENDAR,
        urgency=8,
        acts=REGISTER | {Act.MAKE_KEY},
        acts_after=REGISTER | {Act.MAKE_KEY},
    ),
    Stage.PROPOSING: About(
        name=_("Proposing"),
        heading=_("What should we build?"),
        sentence=_("Anyone who lives here can propose a project for their district."),
        story=_(
            "Anyone with an account writes a proposal for a district: what, where, and about what it costs. Others "
            "comment and support it. You can change or withdraw your proposal until this stage closes."
        ),
        proposals=_("Newest proposals"),
        button=Button.PROPOSE,
        urgency=2,
        acts=REGISTER | {Act.PROPOSE, Act.EDIT, Act.WITHDRAW, Act.ENDORSE, Act.COMMENT, Act.MAKE_KEY},
        acts_after=REGISTER | {Act.MAKE_KEY},
    ),
    Stage.REVIEWING: About(
        name=_("Reviewing"),
        heading=_("Your proposals are being reviewed"),
        sentence=_("A committee checks what is possible and what it costs, and says why."),
        story=_(
            "A committee checks each proposal: may the city build it, is there room, is the cost right? Every decision "
            "is published with its reason. A member who has an interest in a proposal takes no part in it."
        ),
        proposals=_("Some of the proposals"),
        button=Button.READ_PROPOSALS,
        urgency=6,
        acts=REGISTER | {Act.WITHDRAW, Act.COMMENT, Act.DECIDE, Act.MAKE_KEY},
        acts_after=REGISTER | {Act.MAKE_KEY, Act.FREEZE_PAPER},
    ),
    Stage.PRESENTING: About(
        name=_("Presenting the shortlist"),
        heading=_("Get to know the shortlist"),
        sentence=_("These projects will be on the ballot. Read them and ask questions."),
        story=_(
            "The proposals that passed get a ballot number, drawn by lot, and the ballot paper is frozen. A mistake "
            "on it is put right before the vote only by two people, in public; else nobody can change it."
        ),
        proposals=_("Some of the proposals"),
        button=Button.READ_PROPOSALS,
        urgency=3,
        acts=REGISTER | {Act.COMMENT, Act.MAKE_KEY, Act.FREEZE_PAPER},
        acts_after=REGISTER | {Act.MAKE_KEY, Act.FREEZE_PAPER},
    ),
    Stage.VOTING: About(
        name=_("Voting"),
        heading=_("Vote on what we build"),
        sentence=_("Residents choose the projects. Your vote is secret, and you can change it until voting closes."),
        story=_(
            "Residents vote once in each contest they belong to. You can vote again until voting closes; only your "
            "last vote counts."
        ),
        proposals=_("Some of the proposals"),
        button=Button.VOTE,
        urgency=1,
        acts=REGISTER | {Act.VOTE},
        has_box=True,
        shows_turnout=True,
    ),
    Stage.COUNTING: About(
        name=_("Counting"),
        heading=_("The votes are being counted"),
        sentence=_("Voting has closed. The ballot box is opened by its key holders and counted."),
        story=_(
            "The ballot box is opened by several key holders together, and the votes are counted by a rule announced "
            "in advance."
        ),
        proposals=_("Some of the proposals"),
        button=Button.READ_PROPOSALS,
        urgency=5,
        acts=frozenset({Act.OPEN_BOX, Act.COUNT}),
        acts_after=frozenset({Act.OPEN_BOX, Act.COUNT}),
        has_box=True,
        shows_turnout=True,
    ),
    Stage.RESULTS: About(
        name=_("Results"),
        heading=_("This is what you decided"),
        sentence=_("The projects that won, the money they get, and how it was counted."),
        story=_(
            "For every project you can read whether it won and why. The council receives a report of the whole cycle."
        ),
        proposals=_("What is funded"),
        button=Button.SEE_RESULTS,
        urgency=4,
        acts=frozenset({Act.OPEN_BOX, Act.COUNT, Act.SEE_RESULTS}),
        acts_after=frozenset({Act.OPEN_BOX, Act.COUNT, Act.SEE_RESULTS}),
        has_box=True,
    ),
    Stage.DELIVERING: About(
        name=_("Delivering"),
        heading=_("What you decided is being built"),
        sentence=_("Follow the funded projects until they open."),
        story=_("The city builds the winning projects and says on each one’s page how far it has come."),
        proposals=_("What is funded"),
        button=Button.SEE_RESULTS,
        urgency=7,
        acts=frozenset({Act.COMMENT, Act.SEE_RESULTS, Act.REPORT_DELIVERY}),
        acts_after=frozenset({Act.SEE_RESULTS}),
        has_box=True,
    ),
}
