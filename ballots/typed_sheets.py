"""Of a sheet that a holder types: is it theirs, and if not, whose or of which key is it?"""

from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from ballots import key
from ballots.models import Ceremony, Part
from ballots.sealing import Share, WrongShare
from budgeting.models import Cycle


def own_share(part: Part, words: str) -> Share:
    """The share that was typed. Raises WrongShare, which says of what else the sheet is, if that is known."""
    share = Share.typed(part.number, words)
    ceremony = part.ceremony
    public_key = bytes(ceremony.public_key if ceremony.is_of_the_key else key.key_of(ceremony.cycle).public_key)
    if constant_time_compare(share.commitment(public_key), part.commitment):
        return share
    for other in ceremony.parts.all():
        if Share(other.number, share.secret).commitment(public_key) == other.commitment:
            raise WrongShare(
                _("These are the words of sheet %(number)d, which %(name)s holds. Type those of your own sheet.")
                % {"number": other.number, "name": other.holder.named}
            )
    if before := beginning_of(ceremony.cycle, share):
        raise WrongShare(
            _("This sheet is of beginning %(number)d, whose key is not in force. Take the sheet of the later one.")
            % {"number": before.number}
        )
    raise WrongShare(_("Sheet %d belongs to another key: is it the one of this cycle?") % part.number)


def beginning_of(cycle: Cycle, share: Share) -> Ceremony | None:
    """In which making of a key of this cycle a sheet was shown, be it in force, broken off or given up."""
    parts = Part.objects.filter(ceremony__cycle=cycle, ceremony__kind=Ceremony.Kind.KEY).select_related("ceremony")
    for part in parts:
        if Share(part.number, share.secret).commitment(bytes(part.ceremony.public_key)) == part.commitment:
            return part.ceremony
    return None
