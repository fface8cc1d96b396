"""Members write notes to each other, beside the card."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from audit.acts import Done
from budgeting.people import Person
from committee.members import why_not_look
from committee.models import Note
from committee.models.sealed import new_salt
from lib.one_line import says_something
from lib.refusal import allow, require
from proposals.models import Proposal


@transaction.atomic
def note(proposal: Proposal, *, by: Person, at: datetime, text: str) -> Note:
    """Write a note on a proposal that its members read, and that stays. Raises Refused."""
    proposal.hold()
    allow(why_not_look(proposal, by=by))
    require(says_something(text), _("Write something first."))
    written = Note.objects.create(proposal=proposal, by_id=by.pk, at=at, text=text.strip(), salt=new_salt())
    by.record(Done.NOTE_WRITTEN, on=written, digest=written.digest)
    return written
