from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from budgeting.models import Contest
from lib import clock
from lib.refusal import Refused
from proposals.models import Photo, Proposal
from tests.cast import WHAT, drafted, middle_of, picture


def jpeg(name: str = "quay.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, picture().getvalue(), "image/jpeg")


def test_rosa_writes_one_thing_per_page_and_submits(client, rosa, riverside_contest, at):
    at("proposing")
    client.force_login(rosa)
    where = client.post("/2027/riverside/proposals/new/", WHAT)["Location"]
    assert Proposal.objects.get().is_draft
    cost = client.post(where, {"address": "Quay Street 12", "latitude": "0.5", "longitude": "0.5"})["Location"]
    photo = client.post(cost, {"cost": "40 000,50", "upkeep": ""})["Location"]
    client.post(photo, {"file": jpeg(), "alt": "The empty quay"})
    preview = photo.replace("photo", "preview")
    page = client.get(preview).text
    assert "€40,000.50" in page
    assert "<strong>nowhere</strong>" in page
    done = client.post(preview)
    proposal = Proposal.objects.get()
    assert done["Location"] == proposal.get_absolute_url() == "/2027/riverside/proposals/1-a-playground-by-the-river/"
    assert (proposal.cost, proposal.upkeep, proposal.author, proposal.photos.count()) == (40_000_50, 0, rosa, 1)
    assert "Thank you. Your proposal is submitted, with the number 1." in client.get(done["Location"]).text


@pytest.mark.parametrize(
    "mistake", [{"summary": ""}, {"summary": "Swings. " * 60}, {"category": "abc"}, {"description": ""}]
)
def test_a_mistake_on_the_first_page_is_named_and_nothing_typed_is_lost(client, rosa, riverside_contest, at, mistake):
    at("proposing")
    client.force_login(rosa)
    answer = client.post("/2027/riverside/proposals/new/", WHAT | mistake)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert WHAT["title"] in answer.text
    assert not Proposal.objects.exists()


def test_everything_can_be_done_without_the_map(client, rosa, riverside_contest, at):
    at("proposing")
    client.force_login(rosa)
    where = client.post("/2027/riverside/proposals/new/", WHAT)["Location"]
    cost = client.post(where, {"address": "By the old crane", "latitude": "", "longitude": ""})["Location"]
    photo = client.post(cost, {"cost": "400"})["Location"]
    client.post(photo.replace("photo", "preview"))
    assert Proposal.objects.get().number == 1


def test_a_mistake_is_named_and_nothing_typed_is_lost(client, rosa, draft, at):
    at("proposing")
    client.force_login(rosa)
    where = draft.get_absolute_url().replace("what", "where")
    page = client.post(where, {"address": "Far away", "latitude": "0.5", "longitude": "1.5"}).text
    assert "This place lies outside Riverside" in page
    assert 'value="Far away"' in page
    page = client.post(where.replace("where", "cost"), {"cost": "a lot"}).text
    assert "is not an amount of money" in page
    assert 'value="a lot"' in page
    assert Proposal.objects.get().address == "Quay Street, opposite number 12"


def test_a_refused_submission_says_what_is_missing(client, rosa, riverside_contest, at):
    at("proposing")
    client.force_login(rosa)
    unfinished = drafted(rosa, riverside_contest, cost=0)
    page = client.post(unfinished.get_absolute_url().replace("what", "preview")).text
    assert "fill in: estimated cost" in page
    assert Proposal.objects.get().is_draft


def test_similar_proposals_are_shown_while_writing(client, rosa, tomas, submitted, draft, at):
    at("proposing")
    submitted(tomas, title="A playground at the river")
    client.force_login(rosa)
    assert "A playground at the river" in client.get(draft.get_absolute_url()).text


def test_nobody_begins_when_proposals_are_not_collected(client, rosa, riverside_contest, at):
    at("voting")
    client.force_login(rosa)
    assert "not being collected" in client.get("/2027/riverside/proposals/new/").text
    client.post("/2027/riverside/proposals/new/", WHAT)
    assert not Proposal.objects.exists()


@pytest.mark.sampled(6)
@pytest.mark.parametrize("page", ["what", "where", "cost", "photo", "preview", "discard"])
@pytest.mark.parametrize("who", ["tomas", "clara", "martin"])
def test_t07_a_strangers_draft_is_not_there(client, draft, at, who, page, request):
    at("proposing")
    client.force_login(request.getfixturevalue(who))
    address = draft.get_absolute_url().replace("what", page)
    assert client.get(address).status_code == 404
    assert client.post(address, WHAT).status_code == 404
    assert Proposal.objects.get().is_draft


def test_visitors_are_led_to_signing_in(client, draft, at):
    at("proposing")
    for address in ("/2027/proposals/new/", "/2027/riverside/proposals/new/", draft.get_absolute_url()):
        assert client.get(address)["Location"].startswith("/accounts/login/?next=/2027/")


def test_no_extra_field_is_taken_from_a_form(client, rosa, tomas, draft, hillside_contest, at):
    at("proposing")
    client.force_login(rosa)
    extra = {"author": tomas.pk, "number": 99, "contest": hillside_contest.pk, "submitted_at": "2027-01-05", "id": 1}
    client.post(draft.get_absolute_url(), {**WHAT, **extra})
    kept = Proposal.objects.get()
    assert (kept.author, kept.number, kept.contest, kept.pk) == (rosa, None, draft.contest, draft.pk)


def test_rosa_throws_her_draft_away_after_being_asked(client, rosa, draft, at):
    at("proposing")
    client.force_login(rosa)
    address = draft.get_absolute_url().replace("what", "discard")
    client.get(address)
    assert Proposal.objects.exists()
    client.post(address)
    assert not Proposal.objects.exists()


def test_photos_of_a_draft_are_seen_by_its_author_only(client, rosa, tomas, draft, at):
    now = at("proposing")
    photo = draft.add_photo(by=rosa, at=now, file=picture(), alt="The quay")
    for user, status in ((None, 404), (tomas, 404), (rosa, 200)):
        client.logout()
        if user:
            client.force_login(user)
        answer = client.get(photo.address)
        assert answer.status_code == status
        assert (b"".join(answer)[:2] == b"\xff\xd8") == (status == 200)
    assert answer["Cache-Control"].startswith("private")
    assert answer["X-Content-Type-Options"] == "nosniff"
    draft.submit(by=rosa, at=now)
    client.logout()
    answer = client.get(photo.small_address)
    assert (answer["Content-Type"], b"".join(answer)[:2]) == ("image/jpeg", b"\xff\xd8")
    assert client.get(photo.address.replace("large", "original")).status_code == 404


def test_a_photo_that_is_none_is_refused_on_the_form(client, rosa, draft, at):
    at("proposing")
    client.force_login(rosa)
    address = draft.get_absolute_url().replace("what", "photo")
    bad = SimpleUploadedFile("photo.jpg", b"<svg onload=alert(1)>", "image/jpeg")
    page = client.post(address, {"file": bad, "alt": "The quay"}).text
    assert "cannot be read as a photo" in page
    assert 'value="The quay"' in page
    assert not Photo.objects.exists()


def test_rosa_removes_one_of_her_photos_and_nobody_elses(client, rosa, tomas, draft, riverside_contest, at):
    now = at("proposing")
    mine = draft.add_photo(by=rosa, at=now, file=picture(), alt="The quay")
    other = drafted(tomas, riverside_contest)
    theirs = other.add_photo(by=tomas, at=now, file=picture(), alt="The quay")
    client.force_login(rosa)
    address = draft.get_absolute_url().replace("what", "photo")
    assert client.post(address, {"remove": theirs.pk}).status_code == 404
    assert client.post(address, {"remove": "1; DROP"}).status_code == 404
    client.post(address, {"remove": mine.pk})
    assert list(Photo.objects.all()) == [theirs]


def test_an_edit_on_the_page_is_a_version_with_a_readable_difference(client, rosa, proposal, at):
    at("proposing")
    client.force_login(rosa)
    form = {**WHAT, "title": "A larger playground by the river", "address": "Quay Street 12", "cost": "50000"}
    answer = client.post(f"{proposal.get_absolute_url()}edit/", form)
    assert answer["Location"] == "/2027/riverside/proposals/1-a-larger-playground-by-the-river/"
    client.logout()
    page = client.get(answer["Location"] + "history/").text
    assert "<ins> larger</ins>" in page
    assert "<del>€40,000</del><ins>€50,000</ins>" in page
    assert "larger</ins>" not in client.get(answer["Location"] + "history/?from=2&to=2").text
    assert client.get(answer["Location"] + "history/?from=x&to=-1").status_code == 200


def test_tomas_is_told_that_he_cannot_edit(client, tomas, proposal, at):
    at("proposing")
    client.force_login(tomas)
    for page in ("edit", "photos", "withdrawal"):
        assert client.post(f"{proposal.get_absolute_url()}{page}/", {**WHAT, "reason": "Mine"}).status_code == 302
    assert Proposal.objects.get().summary == proposal.summary
    assert Proposal.objects.get().status_at(clock.now()) == "submitted"


def test_rosa_withdraws_after_being_asked(client, rosa, proposal, at):
    at("proposing")
    client.force_login(rosa)
    address = f"{proposal.get_absolute_url()}withdrawal/"
    assert "This is for good" in client.get(address).text
    assert "This field is required" in client.post(address, {"reason": " "}).text
    client.post(address, {"reason": "The school builds one already."})
    page = client.get(proposal.get_absolute_url()).text
    assert "The school builds one already." in page
    assert "Withdrawn" in page


def test_one_person_has_ten_drafts_at_a_time_and_is_told_so(client, rosa, tomas, riverside_contest, at):
    at("proposing")
    client.force_login(rosa)
    for _ in range(10):
        assert client.post("/2027/riverside/proposals/new/", WHAT).status_code == 302
    answer = client.post("/2027/riverside/proposals/new/", WHAT)
    assert "You have 10 drafts here already" in answer.text
    assert WHAT["title"] in answer.text
    assert Proposal.objects.count() == 10
    assert "10 drafts" not in client.get("/2027/riverside/proposals/new/").text
    Proposal.objects.drafts().last().discard(by=rosa)
    assert client.post("/2027/riverside/proposals/new/", WHAT).status_code == 302
    client.force_login(tomas)
    assert client.post("/2027/riverside/proposals/new/", WHAT).status_code == 302


@pytest.mark.long
def test_two_drafts_begun_at_once_are_counted_one_after_the_other(transactional_db, rosa, riverside_contest):
    """Each of two requests saw room for the last one."""
    for _ in range(9):
        drafted(rosa, riverside_contest)
    at_once = Barrier(4)

    def begin() -> bool:
        draft = Proposal(contest=Contest.objects.get(pk=riverside_contest.pk), title="T", summary="S", description="D")
        at_once.wait()
        try:
            draft.begin(by=rosa, at=middle_of("proposing"))
        except Refused:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(4) as threads:
        begun = [threads.submit(begin) for _ in range(4)]
    assert sorted(each.result() for each in begun) == [False, False, False, True]
    assert Proposal.objects.count() == 10
