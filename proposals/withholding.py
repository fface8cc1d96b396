"""What must not be shown by law is withheld from view by two people, with a public reason, and shown again by two.

The proposal stays, with its number, its line on a paper and every digest; what people read is the reason.
"""

import hashlib
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from audit.acts import Done
from budgeting.models import JointAct
from budgeting.two import Doing, Joint, Two, subject
from lib.canonical import canonical
from lib.refusal import Refused, require
from proposals.models import Photo, Proposal, Withholding
from proposals.models.withholding import as_written


def what(act: JointAct) -> Proposal | Photo:
    """The text, told by its proposal, or the photo that an act is about."""
    is_photo = act.on.partition(":")[0] == Photo._meta.label_lower
    return subject(act, Photo) if is_photo else subject(act, Proposal)


def proposal_of(about: Proposal | Photo) -> Proposal:
    return about.proposal if isinstance(about, Photo) else about


def written(about: Proposal | Photo) -> dict[str, str]:
    """What is withheld, or would be, as it was written: for the two who decide, and for nobody else."""
    names = ("alt",) if isinstance(about, Photo) else Proposal.IN_VIEW
    return {name: as_written(getattr(about, name)) for name in names}


def _plan(act: JointAct, at: datetime) -> dict[str, Any]:
    """The reason, and a digest of what it is about: a text that was changed meanwhile is looked at anew."""
    about, withholds = what(act), act.kind == Joint.WITHHOLD
    require(not proposal_of(about).is_draft, _("Nobody sees a draft but its author."))
    require(act.facts["reason"].strip(), _("Say why: everybody reads it in place of what is not shown."))
    if bool(about.withheld) is withholds:
        raise Refused(_("It is withheld from view already.") if withholds else _("It is in view."))
    seen = {**written(about), **({"photo": about.name} if isinstance(about, Photo) else {})}
    return {"reason": act.facts["reason"].strip(), "sha256": hashlib.sha256(canonical(seen).encode()).hexdigest()}


def _carry_out(act: JointAct, *, by: Two, at: datetime) -> None:
    about, withholds = what(act), act.kind == Joint.WITHHOLD
    Withholding.objects.create(
        proposal=proposal_of(about),
        photo=about if isinstance(about, Photo) else None,
        withheld=withholds,
        reason=act.plan["reason"],
        act=act,
        at=at,
        **by.signed,
    )
    done = Done.WITHHELD if withholds else Done.SHOWN_AGAIN
    by.record(done, on=about, reason=act.plan["reason"])


def _name(act: JointAct) -> str:
    about = what(act)
    number = proposal_of(about).number
    if act.kind == Joint.WITHHOLD:
        sentence = _("withhold a photo of proposal %d from view") if isinstance(about, Photo) else ""
        return (sentence or _("withhold the text of proposal %d from view")) % number
    sentence = _("show a photo of proposal %d again") if isinstance(about, Photo) else ""
    return (sentence or _("show the text of proposal %d again")) % number


def _shown(act: JointAct) -> dict[str, Any]:
    about = what(act)
    fields: Any = about._meta
    texts = [(fields.get_field(name).verbose_name, text) for name, text in written(about).items() if text]
    proposal = proposal_of(about)
    return {"proposal": proposal, "photo": about if about is not proposal else None, "texts": texts, "plan": act.plan}


IN_VIEW_OR_NOT = Doing(
    plan=_plan,
    carry_out=_carry_out,
    name=_name,
    template="proposals/withholding_shown.html",
    context=_shown,
    url=lambda act: proposal_of(what(act)).get_absolute_url(),
)
"""Of both acts: to withhold, and to show again."""


def choices(proposal: Proposal) -> dict[str, tuple[Joint, Proposal | Photo, str]]:
    """What can be done about a proposal's text and its photos now, by the name it has in the form."""
    abouts: dict[str, tuple[Proposal | Photo, str]] = {"text": (proposal, _("the text"))}
    for photo in proposal.photos.all():
        abouts[f"photo-{photo.pk}"] = (photo, _("the photo: %s") % as_written(photo.alt))
    found = {}
    for name, (about, words) in abouts.items():
        if about.withheld:
            found[f"show-{name}"] = (Joint.SHOW_AGAIN, about, _("Show again %s") % words)
        else:
            found[f"withhold-{name}"] = (Joint.WITHHOLD, about, _("Withhold from view %s") % words)
    return found
