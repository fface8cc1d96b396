"""The booth that a letter's code opens: in one browser session, for all ballots of a line, until somebody ends it."""

import secrets
from datetime import datetime, timedelta

from allauth.account.adapter import get_adapter
from django.http import HttpRequest
from django.utils.translation import gettext as _

from budgeting.stages import Act
from lib.refusal import require
from notices.limits import within
from residents.admission import LetterHolder
from residents.letter_codes import code_digest
from residents.models import LetterCode
from residents.wrong_codes import WrongCode, counted

IDLE = timedelta(minutes=10)  # untouched for so long, it has ended
KEY = "letter_booth"  # in the session: which letter, a word that tells one booth from the next, and when last touched


def opens_no_booth() -> str:
    """One sentence for every code that does not work, be it wrong, used, worthless or of a line with an account."""
    return _(
        "This code opens no booth. Check each character. Have you tied it to an account? Then sign in and vote with "
        "that. If neither helps, ask at the city's desk."
    )


def network_of(request: HttpRequest) -> str:
    """Where a request comes from: a network, not a device."""
    return within(get_adapter(request).get_client_ip(request))


class LetterBooth:
    """`request.letter_booth`: the booth this browser session is in, if a letter has opened one."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        self.holder: LetterHolder | None = None

    @property
    def word(self) -> str:
        """Stands in every form of the booth, so that no page of another booth puts a ballot into this one's box."""
        return str(self._request.session[KEY]["word"]) if self.holder else ""

    def open(self, code: str, *, at: datetime) -> None:
        """Let in whoever has this code, and nobody who was here before. Raises Refused with one and the same sentence.

        The session is a new one, and gone when the browser is closed.
        """
        with counted(network_of(self._request), at=at):
            letter = LetterCode.objects.that_open_a_booth().with_its_line().filter(digest=code_digest(code)).first()
            if letter is None:
                raise WrongCode(opens_no_booth())
        require(letter.resident.cycle.allows(Act.VOTE, at), _("Voting is not open now. Keep your letter until it is."))
        self._request.session.flush()
        self._request.session.set_expiry(0)
        self._be_in(letter, secrets.token_hex(8), at)

    def come_back(self, *, at: datetime) -> None:
        """Who is in a booth stays in it, unless it is over: idle, the letter worthless, or somebody has signed in."""
        if (kept := self._request.session.get(KEY)) is None:
            return
        if self._request.user.is_authenticated:
            del self._request.session[KEY]
            return
        letter = None
        if at.timestamp() - kept["touched"] < IDLE.total_seconds():
            letter = LetterCode.objects.that_open_a_booth().with_its_line().filter(pk=kept["letter"]).first()
        if letter is None:
            self.end()
        else:
            self._be_in(letter, kept["word"], at)

    def end_letter(self, *, at: datetime) -> None:
        """End the booth, and let its letter open none any more."""
        if self.holder:
            self.holder.letter.end(at=at)
        self.end()

    def end(self) -> None:
        """Nothing of it stays, here or in the browser's session."""
        self._request.session.flush()
        self.holder = None

    def _be_in(self, letter: LetterCode, word: str, at: datetime) -> None:
        self._request.session[KEY] = {"letter": letter.pk, "word": word, "touched": int(at.timestamp())}
        self.holder = LetterHolder(letter, network_of(self._request))
        self._request.user = self.holder  # a visitor, as everybody else who is not signed in
