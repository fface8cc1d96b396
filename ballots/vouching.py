"""How the keeper of a ceremony and the holders' sessions know each other, where all that lies between is the database.

What is sealed on its way is bound to where it belongs, and what it is trusted by carries a code that is made with the
site's secret: whoever writes the database alone can make neither.
"""

from collections.abc import Sequence

from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext_lazy as _

from ballots.models import Ceremony, Part
from lib.canonical import canonical
from lib.refusal import require

ALTERED = _("What is stored of this was altered since it was begun. Type your words nowhere, and tell an auditor.")


def code(ceremony: Ceremony, parts: Sequence[Part]) -> str:
    """Of all that holders rely on: what was begun and by whom, who is asked, with which key; and by whom it is kept."""
    begun = [ceremony.number, ceremony.kind, ceremony.threshold, ceremony.replaces, ceremony.begun_at.timestamp()]
    keys = [bytes(key).hex() for key in (ceremony.keeper, ceremony.public_key, ceremony.test_envelope)]
    asked = [[part.pk, part.number, part.holder_id, part.commitment] for part in parts]
    whose = [ceremony.pk, ceremony.cycle_id, ceremony.begun_by_id]
    return _code("ceremony", whose, begun, keys, ceremony.test_digest, asked)


def require_as_begun(ceremony: Ceremony, parts: Sequence[Part]) -> None:
    """Raise Refused if the database says of a ceremony anything else than the site's programs wrote there."""
    require(constant_time_compare(ceremony.vouched, code(ceremony, parts)), ALTERED)


def code_of_asking(part: Part, shown_in: str, one_time: bytes) -> str:
    """By which the keeper knows that a session of this part's holder asks, and not somebody who writes its row."""
    return _code("asking", part.ceremony_id, part.number, part.holder_id, shown_in, one_time.hex())


def code_of_taking(part: Part) -> str:
    """By which the last session knows that each of the others took their sheet, and nobody wrote only that they did."""
    return _code("taking", part.ceremony_id, part.number, part.holder_id, part.commitment)


def info(part: Part, what: str) -> bytes:
    """What is sealed on its way is bound to its ceremony, its part and its direction: it opens nowhere else."""
    return f"pb-ceremony/v1|{part.ceremony_id}|{part.number}|{what}".encode()


def _code(*facts: object) -> str:
    return salted_hmac("ballots.ceremony", canonical(facts), algorithm="sha256").hexdigest()
