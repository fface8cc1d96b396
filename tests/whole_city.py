"""A city with a row of every kind that an address can name, and somebody of every kind who may ask for it."""

from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from accounts.models import Role, User
from ballots import paper
from ballots.models import Ceremony, KeyShare, Part
from budgeting.models import Contest, Cycle
from budgeting.people import RoleName
from committee.models import (
    Assignment,
    CardImport,
    Department,
    DepartmentMember,
    Message,
    Opinion,
    ProposedChange,
    Question,
    Station,
)
from notices import stopping
from notices.kinds import Kind
from proposals.models import Ground, Proposal, Version
from residents.models import RegisterImport
from results import downloads
from tests.addresses import Values
from tests.cast import drafted, enrol, middle_of, person, picture, propose
from tests.databases import lifted
from tests.keeping import kept


@dataclass
class WholeCity:
    """`values`: what may stand for each part of an address (tests/addresses.py)."""

    cycle: Cycle
    riverside: Contest
    people: Mapping[str, User | None]
    values: Values


@kept
def people(rosa, tomas, clara, martin, ines, otto, cycle, riverside, hillside) -> dict[str, User | None]:
    verified = person("Vera")
    for resident, district in ((rosa, riverside), (verified, hillside)):
        enrol(resident, cycle, district)
    superuser = person("Ada", RoleName.COMMITTEE, district=hillside)
    superuser.roles.all().delete()
    superuser.is_staff = superuser.is_superuser = True
    superuser.save()
    return {
        "visitor": None,
        "resident": tomas,
        "author": rosa,
        "verified": verified,
        "committee": martin,
        "clerk": clara,
        "council": ines,
        "auditor": otto,
        "key holder": person("Karl", RoleName.COMMITTEE, district=hillside),
        "superuser": superuser,
        "department": person("Dora", RoleName.DEPARTMENT),
    }


@pytest.fixture
def whole_city(
    cycle, riverside_contest, hillside_contest, city_wide_contest, people, shares, rosa, tomas, at
) -> WholeCity:
    """Riverside and Hillside have a ballot paper, with six projects of Rosa's each; the whole city has none."""
    proposals = {contest: propose(contest) for contest in (riverside_contest, hillside_contest)}
    Proposal.objects.update(author=rosa, latitude=0.5, longitude=0.5)
    quay = Proposal.objects.select_related("author", "contest__cycle").get(number=1)
    comment = quay.comment(by=tomas, at=middle_of("proposing"), text="Shade?")
    photo = quay.add_photo(by=rosa, at=middle_of("proposing"), file=picture(), alt="The quay")
    given = {"by": people["clerk"], "at": middle_of("reviewing")}
    assignment = Assignment.objects.create(proposal=quay, member=people["committee"], **given)
    Message.objects.create(proposal=quay, is_authors=False, text="How wide is it?", salt=b"0" * 16, **given)
    change = ProposedChange.objects.create(
        proposal=quay,
        author=rosa,
        base=Version.objects.create(proposal=quay, number=1, at=middle_of("proposing"), text=quay.text()),
        text={"title": "A quay for all"},
        reason="Say for whom.",
        salt=b"salt",
        until=middle_of("presenting"),
        **given,
    )
    for contest, on_paper in proposals.items():
        paper.write(contest, on_paper, by=None, at=middle_of("presenting"))
    question = Question.objects.create(cycle=cycle, step="formal", kind="yes_no", text="Is it complete?")
    typed = {"before": {str(question.pk): ["", ""]}, "after": {str(question.pk): ["yes", "A zebra was counted in."]}}
    changes = [{"proposal": quay.pk, "number": 1, "step": "formal", "version": 0, **typed}]
    sheet = {"cycle": cycle, "file_name": "The zebra.csv", "changes": changes, "salt": b"0" * 16}
    imported = CardImport.objects.create(by=people["committee"], at=middle_of("reviewing"), **sheet)
    with lifted("ballots_keyshare", "shares_stay"):
        KeyShare.objects.create(key=cycle.box_key, number=4, holder=people["key holder"], commitment="0" * 64)
    called = Ceremony.objects.create(
        cycle=cycle, kind="rehearsal", number=1, threshold=2, begun_by=people["clerk"], begun_at=middle_of("voting")
    )
    Part.objects.create(ceremony=called, number=4, holder=people["key holder"])
    register = RegisterImport.objects.create(cycle=cycle, at=middle_of("voting"), confirmed_at=middle_of("voting"))
    roads = Department.objects.create(name="Roads")
    DepartmentMember.objects.create(department=roads, member=people["department"])
    asked = {**given, "salt": b"16 bytes of salt"}
    opinion = Opinion.objects.create(proposal=quay, question="Is it firm?", due=middle_of("presenting"), **asked)
    Station.objects.create(opinion=opinion, place=1, kind="asked", department=roads, **asked)
    draft = drafted(rosa, riverside_contest)
    Ground.objects.create(pk=draft.pk, outcome="reject", words={"en": "Not on land of the city"})
    values = {
        "cycle": [cycle.slug],
        "contest": ["riverside", "hillside"],
        "district": ["riverside"],
        "numbered:number": [1, 3],
        "int:number": [1, register.pk, imported.pk],
        "challenge": [1],
        "str:name": [*downloads.RESULTS, *downloads.BALLOTS],
        "str:word": [stopping.address(rosa.pk, Kind.COMMENTED).rstrip("/").rpartition("/")[2]],
        "slug:kind": [Kind.COMMENTED.slug],
        "slug:name": [photo.name],
        "size": ["small"],
        "pk": [draft.pk],
        "step": ["what"],
        "card": ["formal"],
        "list": ["votes"],
        "thread": [quay.pk],
        "part": [f"comments/{comment.pk}", f"photos/{photo.pk}"],
        "mail": [1],
        "change": [change.pk],
        "assignment": [assignment.pk],
        "department": [roads.pk],
        "opinion": [opinion.pk],
        "role": [Role.objects.earliest("pk").pk],
        "person": [rosa.pk],
        "invitation": [1],
        "language": ["en"],
        "object_id": [1],
        "content_type_id": [1],
    }
    return WholeCity(cycle, riverside_contest, people, values)
