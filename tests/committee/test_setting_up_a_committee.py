"""A clerk sets up a committee on the desk: chair, deputies, quorum, seats; and everybody sees who sits on it."""

from datetime import timedelta

import pytest
from django.test import Client

from accounts.models import User
from audit.models import AuditEvent
from budgeting.people import RoleName
from committee import motions, setting_up
from committee.models import Committee, Office, Seat
from lib.refusal import Refused
from tests.cast import person, signed_in
from tests.papers import words_on

DESK, RIVERSIDE = "/desk/2027/committee/", "/desk/2027/committee/districts/riverside/"
SHORTLIST = {"outcome": "shortlist", "reason": "The quay belongs to the city."}


@pytest.fixture
def desk(clara: User, riverside_contest, hillside_contest, now) -> Client:
    return signed_in(clara)


def filled_in(**changes: object) -> dict[str, object]:
    return {"quorum": "", "chair": "", "first": "all", "then": "council", "last": "", **changes}


def saved(desk: Client, address: str = RIVERSIDE, **changes: object):
    answer = desk.post(address, filled_in(**changes))
    assert answer.status_code == 302, words_on(answer)
    return Committee.objects.get(district__slug="riverside" if address == RIVERSIDE else None)


def test_a_clerk_names_chair_deputies_and_quorum(desk, three, clara) -> None:
    martin, mira, milan = three
    committee = saved(desk, quorum="2", chair=martin.pk, deputies=[milan.pk, mira.pk], chair_breaks_ties="on")
    assert committee.quorum == 2
    assert list(committee.offices.values_list("member", "rank")) == [(martin.pk, 0), (milan.pk, 1), (mira.pk, 2)]
    entry = AuditEvent.objects.get(action="committee set up")
    assert (entry.actor, entry.facts["quorum"], entry.facts["chair"]) == (clara, [None, 2], [None, martin.pk])
    assert "steps_in" not in entry.facts, "what stays as it was is no change"


def test_each_change_is_on_record_with_what_was_there_before(desk, three) -> None:
    saved(desk, quorum="2", chair=three[0].pk)
    saved(desk, quorum="2", chair=three[0].pk)
    assert AuditEvent.objects.filter(action="committee set up").count() == 1
    saved(desk, quorum="3", chair=three[1].pk, first="council", then="")
    assert AuditEvent.objects.filter(action="committee set up").last().facts == {
        "quorum": [2, 3],
        "chair": [three[0].pk, three[1].pk],
        "steps_in": [["all", "council"], ["council"]],
    }


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"chair": "martin", "deputies": ["martin"]}, "chair and deputy at once"),
        ({"deputies": ["martin"]}, "A deputy needs a chair"),
        ({"chair_breaks_ties": "on"}, "Say who the chair is"),
        ({"chair": "rosa"}, "Select a valid choice"),
        ({"quorum": "0"}, "greater than or equal to 1"),
        ({"first": "all", "then": "all"}, "steps in once"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_lost(desk, three, rosa, wrong, sentence) -> None:
    keys = {"martin": three[0].pk, "rosa": rosa.pk}
    typed = {
        name: [keys.get(each, each) for each in value] if isinstance(value, list) else keys.get(value, value)
        for name, value in wrong.items()
    }
    answer = desk.post(RIVERSIDE, filled_in(**{"quorum": "3", **typed}))
    assert answer.status_code == 422
    assert sentence in words_on(answer)
    assert f'value="{typed.get("quorum", "3")}"' in answer.text
    assert not Committee.objects.exists()


def test_the_chair_of_all_districts_is_a_member_in_each(desk, three) -> None:
    everywhere = person("Eve", RoleName.COMMITTEE)
    answer = desk.post(DESK, filled_in(chair=three[0].pk))
    assert answer.status_code == 422
    saved(desk, DESK, chair=everywhere.pk)
    assert Office.objects.get().member == everywhere


def test_the_page_says_that_a_change_is_for_later_votes(desk, proposal, three, now) -> None:
    motions.move(proposal, by=three[0], at=now, **SHORTLIST)
    assert "1 vote is under way. It goes on by the quorum" in words_on(desk.get(RIVERSIDE))
    assert "under way" not in words_on(desk.get("/desk/2027/committee/districts/hillside/"))


def test_the_page_says_that_members_are_too_few_for_the_quorum(desk, three) -> None:
    saved(desk, quorum="3")
    assert "members are too few" not in words_on(desk.get(RIVERSIDE))
    saved(desk, quorum="4")
    assert "3 members are too few for a quorum of 4" in words_on(desk.get(RIVERSIDE))


def test_a_seat_is_for_a_group_and_everybody_sees_it(desk, client, three, rosa) -> None:
    seat = {"seat-stands_for": "The associations", "seat-holder": three[1].pk, "seat-until": "2027-12-31"}
    assert desk.post(f"{RIVERSIDE}seats/", seat).status_code == 302
    assert desk.post(f"{RIVERSIDE}seats/", {"seat-stands_for": "Residents drawn by lot"}).status_code == 302
    page = words_on(client.get("/2027/committee/"))
    assert "The associations: Mira until 31 December 2027" in page
    assert "Residents drawn by lot: nobody yet" in page
    answer = desk.post(f"{RIVERSIDE}seats/", {"seat-stands_for": "The council", "seat-holder": rosa.pk})
    assert answer.status_code == 422
    assert 'value="The council"' in answer.text
    over = Seat.objects.get(stands_for="The associations")
    desk.post(f"/desk/committee/seats/{over.pk}/end/")
    assert desk.post(f"/desk/committee/seats/{over.pk}/end/").status_code == 302, "sent twice"
    assert "The associations" not in words_on(client.get("/2027/committee/"))
    done = AuditEvent.objects.filter(action__startswith="seat")
    assert [entry.action for entry in done] == ["seat given", "seat given", "seat ended"]
    assert done.last().facts == {"stands_for": "The associations", "holder": three[1].pk}


def test_a_clerk_puts_right_what_is_said_of_a_seat_and_replaces_nobody(desk, client, three) -> None:
    martin, mira, _milan = three
    typed = {"seat-stands_for": "The asociations", "seat-since": "2027-01-31"}
    desk.post(f"{RIVERSIDE}seats/", typed)
    seat = Seat.objects.get()
    page = f"/desk/committee/seats/{seat.pk}/"
    assert "who sat there before stays on record" in words_on(desk.get(page))
    right = {"seat-stands_for": "The associations", "seat-since": "2027-01-31", "seat-until": ""}
    assert desk.post(page, {**right, "seat-holder": mira.pk}).status_code == 302
    assert "The associations: Mira since 31 January 2027" in words_on(client.get("/2027/committee/"))
    assert AuditEvent.objects.get(action="seat corrected").facts == {
        "stands_for": ["The asociations", "The associations"],
        "holder": [None, mira.pk],
    }
    for other in (martin.pk, ""):
        assert desk.post(page, {**right, "seat-holder": other}).status_code == 422
    with pytest.raises(Refused, match="End this seat, and give it anew"):
        setting_up.correct_seat(
            Seat.objects.get(), by=martin, stands_for="Me", holder=martin.pk, since=None, until=None
        )
    mira.roles.all().delete()
    assert desk.post(page, {**right, "seat-holder": mira.pk, "seat-until": "2027-02-28"}).status_code == 302
    answer = desk.post(page, {**right, "seat-holder": mira.pk, "seat-until": "2026-12-31"})
    assert "The term is over before it begins." in words_on(answer)
    assert desk.post(page, {**right, "seat-holder": mira.pk}).status_code == 302
    assert AuditEvent.objects.filter(action="seat corrected").count() == 3
    seat.delete()
    assert desk.get(page).url == "/desk/", "ended by another meanwhile"


def test_a_seat_whose_term_is_over_is_shown_no_more(client, riverside, riverside_contest, three, now) -> None:
    committee = Committee.objects.create(cycle=riverside_contest.cycle, district=riverside)
    for days, words in ((-1, "Of yesterday"), (0, "Of today")):
        until = (now + timedelta(days=days)).date()
        Seat.objects.create(committee=committee, stands_for=words, holder=three[0], until=until)
    page = words_on(client.get("/2027/committee/"))
    assert "Of today" in page
    assert "Of yesterday" not in page


def test_everybody_sees_who_sits_there_and_who_leads(desk, client, three) -> None:
    saved(desk, quorum="2", chair=three[0].pk, deputies=[three[1].pk])
    page = words_on(client.get("/2027/committee/"))
    for words in ("Martin Chair", "Mira Deputy", "Milan", "2 members have to vote.", "Hillside Nobody is on it yet."):
        assert words in page
    three[0].roles.all().delete()
    assert "Martin" not in words_on(client.get("/2027/committee/")), "whose role has ended"
    assert 'href="/2027/committee/"' in client.get("/2027/").text


@pytest.mark.parametrize("who", ["rosa", "martin", "ines", "otto"])
def test_only_a_clerk_sets_it_up(desk, who, request) -> None:
    browser = signed_in(request.getfixturevalue(who))
    assert browser.get(RIVERSIDE).status_code == 404
    assert browser.post(RIVERSIDE, filled_in(quorum="1")).status_code == 404
    assert browser.post(f"{DESK}seats/", {"seat-stands_for": "Me"}).status_code == 403
    assert not Committee.objects.exists()


def test_the_clerks_desk_leads_there_until_the_review_is_over(desk, at) -> None:
    assert f'href="{DESK}"' in desk.get("/desk/").text
    at("presenting")
    assert f'href="{DESK}"' not in desk.get("/desk/").text


@pytest.mark.parametrize(("chair", "carried"), [(0, True), (1, False), (None, False)])
def test_a_tie_is_broken_by_the_chair_alone_and_only_where_that_is_set(
    desk, proposal, martin, mira, now, chair, carried
) -> None:
    two = (martin, mira)
    if chair is not None:
        saved(desk, chair=two[chair].pk, chair_breaks_ties="on")
    motion = motions.move(proposal, by=martin, at=now, **SHORTLIST)
    motions.vote(motion, "against", by=mira, at=now)
    motion.refresh_from_db()
    assert motion.settled_at == now
    assert hasattr(motion, "resolution") is carried
    if carried:
        assert motion.resolution.by_the_chair
