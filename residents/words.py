"""The words of what is told of lines of the register and of the desk, each to one address with the act itself."""

from django.utils.translation import gettext_lazy as _

from notices.kinds import EVERYWHERE, Group, Kind, Words, tells

_CYCLE = {"cycle": _("Budget 2027")}

WORDS = {
    Kind.VERIFIED_AT_DESK: Words(
        group=Group.RIGHTS,
        title=_("Your account was verified at the desk"),
        subject=_("Your account was verified at the city's desk"),
        text=_(
            "Your account at {site} was verified for “{cycle}” at the city's desk on {moment}, by a clerk who was "
            "shown a document. You can vote with it.\n\nIf it was not you who came with a document, tell {contact} at "
            "once."
        ),
        placeholders=EVERYWHERE | _CYCLE | {"moment": _("8 March 2027, 10:00")},
        needs=frozenset({"cycle", "contact"}),
    ),
    Kind.CLAIM_SETTLED: Words(
        group=Group.RIGHTS,
        title=_("Two accounts said they were one line of the register, and yours is one of them"),
        subject=_("Your line of the register of residents"),
        text=_(
            "Two accounts at {site} said they were one line of the register of residents of “{cycle}”, and yours is "
            "one of them. Two people of the city have decided.\n\n{outcome}\n\nIf this is not right, tell {contact} at "
            "once."
        ),
        placeholders=EVERYWHERE
        | _CYCLE
        | {"outcome": _("Your account is verified for this vote, and the other is not.")},
        needs=frozenset({"outcome", "contact"}),
    ),
    Kind.LINES_JOINED: Words(
        group=Group.RIGHTS,
        title=_("Two lines of the register were one person's, and one of them was yours"),
        subject=_("Your line of the register of residents"),
        text=_(
            "Two lines of the register of residents of “{cycle}” are one person's, as two people of the city found. "
            "They were joined, and one of them was yours.\n\n{outcome}\n\nIf this is not right, tell {contact} at once."
        ),
        placeholders=EVERYWHERE | _CYCLE | {"outcome": _("Your account is verified for this vote as before.")},
        needs=frozenset({"outcome", "contact"}),
        leaves_no_row=True,
    ),
    Kind.DESK_LIST: Words(
        group=Group.WORK,
        title=_("Who was verified at the desk on a day"),
        subject=_("Verified at the desk on {day}"),
        text=_(
            "On {day} so many people were verified at the desk for “{cycle}”, each by one clerk who was shown a "
            "document:\n\n{clerks}\n\nLook through the list of who they are, and ask the clerk about whatever you do "
            "not expect. You are told because somebody else than the clerk should see it."
        ),
        placeholders=EVERYWHERE | _CYCLE | {"day": _("8 March 2027"), "clerks": "- Clara <clara@city.example>: 12"},
        needs=frozenset({"day", "clerks"}),
        button=_("Look through the list"),
    ),
}


def register() -> None:
    for kind, words in WORDS.items():
        tells(kind, words)
