"""What a committee may say of a proposal."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Outcome(models.TextChoices):
    """A committee's word on a proposal; a return is no decision, though it stands where decisions stand."""

    SHORTLIST = "shortlist", _("Put on the shortlist")
    REJECT = "reject", _("Not put on the shortlist")
    HANDED = "handed", _("Handed to a department of the city")
    DONE = "done", _("Done already, or under way")
    NEXT_YEAR = "next-year", _("Kept for the next round")
    MERGE = "merge", _("Merged into another proposal")
    RETURN = "return", _("Returned to the author for correction")


DECIDES = tuple(each for each in Outcome if each is not Outcome.RETURN)

# They give one status, Status.REJECTED; those that have words of their own are called by them.
NOT_SHORTLISTED = (Outcome.REJECT, Outcome.HANDED, Outcome.DONE, Outcome.NEXT_YEAR)
OWN_WORDS = {
    Outcome.HANDED: _("Handed to a department"),
    Outcome.DONE: _("Done already"),
    Outcome.NEXT_YEAR: _("For the next round"),
}
