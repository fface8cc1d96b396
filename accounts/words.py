"""The words of what is told of accounts and roles, each to one address with the act itself."""

from django.utils.translation import gettext_lazy as _

from notices.kinds import EVERYWHERE, Group, Kind, Words, tells

_ROLE = {"role": _("Committee member, Riverside"), "until": _("31 December 2027")}
_CODE = {"code": "ABCD-EFGH-JKMN-PQRS-TVWX-YZ23-4567", "expires": _("8 March 2027, 10:00")}

WORDS = {
    Kind.ROLE_GIVEN: Words(
        group=Group.RIGHTS,
        title=_("A role was given to you"),
        subject=_("Your role"),
        text=_(
            "From now on you hold a role at {site}: {role}, until {until}. Sign in to use it; if you have no second "
            "factor yet, you are led to setting one up."
        ),
        placeholders=EVERYWHERE | _ROLE,
        needs=frozenset({"role"}),
    ),
    Kind.INVITED: Words(
        group=Group.WORK,
        title=_("An invitation to a role"),
        subject=_("Your invitation to {city}"),
        text=_(
            "{inviter} invites you to be: {role}, until {until}.\n\nOpen the page below, choose a public name and a "
            "password, and set up an authenticator app on your phone. It takes a few minutes and is done once.\n\nIf "
            "the page asks for the code of this mail, it is:\n\n{code}\n\nThe invitation is good until {expires}. If "
            "you do not know what this is about, do nothing."
        ),
        placeholders=EVERYWHERE | _ROLE | _CODE | {"inviter": "Clara <clara@city.example>"},
        needs=frozenset({"role", "code", "expires"}),
        button=_("Open the invitation"),
    ),
    Kind.ACCOUNT_CHANGED: Words(
        group=Group.RIGHTS,
        title=_("Your address, password or second factor was changed"),
        subject=_("Your account was changed"),
        text=_(
            "This was changed of your account at {site}:\n\n{changes}\n\nIf it was you, there is nothing to do. If it "
            "was not, somebody else has been in your account: write to {contact} at once."
        ),
        placeholders=EVERYWHERE | {"changes": _("- the password")},
        needs=frozenset({"changes", "contact"}),
    ),
    Kind.ACCOUNT_CLOSED: Words(
        group=Group.RIGHTS,
        title=_("Your account was closed"),
        subject=_("Your account is closed"),
        text=_(
            "Your account at {site} is closed, as you asked. If it was not you, somebody else has been in your "
            "account: write to {contact} at once."
        ),
        placeholders=EVERYWHERE,
        needs=frozenset({"contact"}),
    ),
    Kind.MAY_CONFIRM: Words(
        group=Group.WORK,
        title=_("Somebody may confirm what moves votes"),
        subject=_("Who may confirm what moves votes"),
        text=_(
            "These people hold a role at {site} from now on with which they may confirm what takes two people, a day "
            "after it was granted:\n\n{people}\n\nYou are told because you may confirm it too. If one of them is not "
            "who they should be, have the role taken away at once."
        ),
        placeholders=EVERYWHERE | {"people": _("- Clara <clara@city.example>: Clerk, all districts")},
        needs=frozenset({"people"}),
    ),
    Kind.FACTOR_LOST: Words(
        group=Group.WORK,
        title=_("A second factor that was lost with its key is replaced"),
        subject=_("{name} sets up a new second factor"),
        text=_(
            "The second factor of {name} was sealed with a key that this site no longer has, and counts as not held. "
            "Somebody has signed in to that account with its password and a code sent by mail, and sets up a new "
            "second factor.\n\nYou are told because you hold a role at {site}. If it was not {name}, have the role "
            "taken away at once."
        ),
        placeholders=EVERYWHERE | {"name": "Clara"},
        needs=frozenset({"name"}),
    ),
}


def register() -> None:
    for kind, words in WORDS.items():
        tells(kind, words)
