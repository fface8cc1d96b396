"""Mails on whose line of the register an account is: an act on somebody's rights, so nobody can switch them off."""

from datetime import datetime

from django.conf import settings
from django.utils import translation
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from accounts.models import User
from budgeting.models import Cycle
from notices.dress import dressed


def verified_at_desk(account: User, cycle: Cycle, *, at: datetime) -> None:
    """A clerk was shown a document, and tied the account to a line."""
    with _words_of(account):
        text = _(
            "Your account at %(site)s was verified for “%(cycle)s” at the city's desk on %(moment)s, by a clerk who "
            "was shown a document. You can vote with it.\n\nIf it was not you who came with a document, tell "
            "%(contact)s at once."
        )
        moment = date_format(localtime(at), "DATETIME_FORMAT")
        _send(account, _("Your account was verified at the city's desk"), text, cycle=cycle, moment=moment)


def claim_settled(account: User, cycle: Cycle, *, keeps: bool, nobody: bool = False) -> None:
    """Two accounts said they were one line. `keeps`: this one is verified for it from now on; `nobody`: neither is."""
    with _words_of(account):
        remains = _("Your account is verified for this vote, and the other is not.")
        ends = _("Your account is not verified for this vote: the other is.")
        if nobody:
            ends = _("Your account is not verified for this vote.")
        text = _(
            "Two accounts at %(site)s said they were one line of the register of residents of “%(cycle)s”, and yours "
            "is one of them. Two people of the city have decided.\n\n%(what)s\n\nIf this is not right, tell "
            "%(contact)s at once."
        )
        _send(account, _of_the_register(), text, cycle=cycle, what=remains if keeps else ends)


def lines_joined(account: User, cycle: Cycle, ballots: list[dict[str, str]], *, keeps: bool) -> None:
    """Two lines were one person's. `ballots`: what becomes of those cast under the line the account was tied to."""
    with _words_of(account):
        fates = {
            "goes along": _("Your ballot in %(contest)s counts as before."),
            "set aside": _(
                "Your ballot in %(contest)s stays in the box, but was set aside: the ballot cast under the other line "
                "counts."
            ),
        }
        remains = _("Your account is verified for this vote as before.")
        ends = _("The other line has an account, which remains: yours is verified for this vote no longer.")
        what = [remains if keeps else ends, *(fates[each["fate"]] % {"contest": each["title"]} for each in ballots)]
        text = _(
            "Two lines of the register of residents of “%(cycle)s” are one person's, as two people of the city found. "
            "They were joined, and one of them was yours.\n\n%(what)s\n\nIf this is not right, tell %(contact)s at "
            "once.\n\n%(site)s"
        )
        _send(account, _of_the_register(), text, cycle=cycle, what="\n".join(f"- {each}" for each in what))


def _of_the_register() -> str:
    return _("Your line of the register of residents")


def _words_of(account: User) -> translation.override:
    return translation.override(account.language or settings.LANGUAGE_CODE)


def _send(account: User, subject: str, text: str, **said: object) -> None:
    """To whoever has an account still: of a closed one nobody knows the address."""
    if not account.is_active:
        return
    everywhere = {"site": settings.PUBLIC_URL, "contact": settings.CITY_CONTACT or settings.CITY_NAME}
    dressed(subject, text % (everywhere | said), to=account.email).send()
