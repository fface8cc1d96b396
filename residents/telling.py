"""Mails on whose line of the register an account is: an act on somebody's rights, so nobody can switch them off."""

from collections.abc import Callable, Mapping
from datetime import datetime

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from accounts.models import User
from budgeting.models import Cycle
from notices.kinds import Kind
from notices.posting import post


def verified_at_desk(account: User, cycle: Cycle, *, at: datetime) -> None:
    """A clerk was shown a document, and tied the account to a line."""

    def says() -> dict[str, object]:
        return {"cycle": cycle, "moment": date_format(localtime(at), "DATETIME_FORMAT")}

    _post(Kind.VERIFIED_AT_DESK, account, says)


def claim_settled(account: User, cycle: Cycle, *, keeps: bool, nobody: bool = False) -> None:
    """Two accounts said they were one line. `keeps`: this one is verified for it from now on; `nobody`: neither is."""

    def says() -> dict[str, object]:
        outcome = _("Your account is not verified for this vote: the other is.")
        if keeps:
            outcome = _("Your account is verified for this vote, and the other is not.")
        elif nobody:
            outcome = _("Your account is not verified for this vote.")
        return {"cycle": cycle, "outcome": outcome}

    _post(Kind.CLAIM_SETTLED, account, says)


def lines_joined(account: User, cycle: Cycle, ballots: list[dict[str, str]], *, keeps: bool) -> None:
    """Two lines were one person's. `ballots`: what becomes of those cast under the line the account was tied to."""

    def says() -> dict[str, object]:
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
        return {"cycle": cycle, "outcome": "\n".join(f"- {each}" for each in what)}

    _post(Kind.LINES_JOINED, account, says)


def _post(kind: Kind, account: User, says: Callable[[], Mapping[str, object]]) -> None:
    """To whoever has an account still: of a closed one nobody knows the address."""
    if account.is_active:
        post(kind, to=account.email, language=account.language, says=says)
