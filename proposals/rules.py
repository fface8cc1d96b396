"""How a rule says no."""

from typing import Any

from django.core.exceptions import ValidationError

# Whoever acts. This room does not import accounts: it knows a person only by what the sketch promises
# (`is_clerk`, `is_committee_for(district)`, `record(…)`), and `request.user` answers these for visitors too.
Person = Any


class Refused(ValidationError):
    """A rule said no. The message is one sentence for the person who asked, and nothing has been changed."""

    @property
    def sentence(self) -> str:
        return " ".join(self.messages)


def require(holds: object, sentence: Any) -> None:
    """Raise Refused with the sentence unless the condition holds."""
    if not holds:
        raise Refused(sentence)
