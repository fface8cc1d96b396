"""What must not be shown by law: nobody reads it anywhere, and the vote with its numbers and digests stays."""

import hashlib
import json
from collections.abc import Callable, Iterator

import pytest
from django.db import DatabaseError, connection
from django.test import Client

from accounts.models import User
from audit.models import AuditEvent
from ballots import paper, superseding
from ballots.models import BallotPaper
from budgeting import two
from budgeting.models import Contest, JointAct
from budgeting.two import Joint, Two
from lib.refusal import Refused
from proposals.admin import ProposalResource
from proposals.models import Decision, Photo, Proposal, Version, Withholding
from results.council_report import council_report
from results.models import Report
from results.tasks import ask_for_report
from tests.cast import count, picture, propose, signed_in
from tests.papers import text_of, words_on
from tests.vote import leaving_guards_aside

SECRET = {
    "title": "Zebedee owes me money",
    "summary": "Zebedee of Quay Street lies.",
    "description": "Everybody knows Zebedee stole **it**.",
    "beneficiaries": "Everybody but Zebedee",
    "address": "In front of Zebedee's house",
}
NAME = "zebedee"
WHY = "A court has forbidden it."
HERE = "/2027/riverside/proposals/1-"


@pytest.fixture
def libel(riverside_contest: Contest, martin: User, clara: User, otto: User, rosa: User, at) -> Proposal:
    """Rosa's proposal says something of Zebedee; it has a photo, two versions, and stands on a frozen paper."""
    for one in propose(riverside_contest, [60_000_00, 45_000_00, 30_000_00]):
        Decision.objects.create(proposal=one, outcome="shortlist", reason="So.", by=martin, at=at("reviewing"))
    found = Proposal.objects.get(number=1)
    Proposal.objects.filter(pk=found.pk).update(**SECRET, author=rosa, latitude=0.5, longitude=0.5)
    found.refresh_from_db()
    found.add_photo(by=rosa, at=at("proposing"), file=picture(), alt="Zebedee himself")
    found.keep_version(by=rosa, at=at("proposing"))
    Version.objects.create(proposal=found, number=2, by=rosa, at=at("proposing"), text=found.text() | {"cost": 1_00})
    paper.freeze(riverside_contest, by=Two(clara, otto), at=at("presenting"), half="half")
    return Proposal.objects.get(pk=found.pk)


@pytest.fixture
def by_two(clara: User, otto: User, at) -> Callable[..., JointAct]:
    """by_two(Joint.WITHHOLD, libel): Clara proposes it, and Otto confirms."""

    def do(kind: Joint, about: Proposal | Photo, reason: str = WHY) -> JointAct:
        cycle = about.cycle if isinstance(about, Proposal) else about.proposal.cycle
        act = two.propose(two.sketch(kind, on=about, cycle=cycle, reason=reason), by=clara, at=at("presenting"))
        two.confirm(act, by=otto, at=at("presenting"))
        return act

    return do


@pytest.fixture
def withheld(libel: Proposal, by_two) -> Proposal:
    """Its text and its photo are withheld."""
    by_two(Joint.WITHHOLD, libel)
    by_two(Joint.WITHHOLD, libel.photos.get())
    return Proposal.objects.get(pk=libel.pk)


def said(client: Client, address: str) -> str:
    answer = client.get(address, follow=True)
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return content.decode(errors="replace").lower()


# Nobody reads it ------------------------------------------------------------------------------------------------------

BEFORE_THE_VOTE = [
    HERE,
    f"{HERE}/history/?from=1&to=2",
    "/2027/",
    "/2027/proposals/",
    "/2027/proposals/?q=playground",
    "/2027/proposals.geojson",
    "/2027/riverside/",
    "/2027/riverside/ballot/paper/",
    "/2027/riverside/ballot/paper.json",
]
AFTER_THE_COUNT = [
    *BEFORE_THE_VOTE,
    "/2027/results/",
    "/2027/riverside/results/",
    "/2027/riverside/results/results.json",
    "/2027/riverside/results/results.csv",
    "/2027/riverside/results/ballots.pb",
]


def addresses(at) -> Iterator[str]:
    at("presenting")
    yield from BEFORE_THE_VOTE
    count(Contest.objects.get(), {"1:1 2:1 3:1": 40})
    at("results")
    yield from AFTER_THE_COUNT


@pytest.mark.long
def test_nobody_reads_it_on_any_page_or_in_any_file(withheld, client: Client, rosa, at) -> None:
    readers = [client, signed_in(rosa)]
    for address in addresses(at):
        for reader in readers:
            assert NAME not in said(reader, address), address


@pytest.mark.long
def test_without_being_withheld_it_is_on_all_of_them(libel, client: Client, at) -> None:
    """Otherwise the test above would be pleased with pages that have nothing to hide."""
    silent = [address for address in addresses(at) if NAME not in said(client, address)]
    assert silent == ["/2027/proposals/?q=playground"] * 2


def test_in_its_place_stands_the_reason(withheld, client: Client) -> None:
    page = words_on(client.get(HERE, follow=True))
    assert f"This text is withheld from view: {WHY}" in page
    assert f"This photo is withheld from view: {WHY}" in page
    assert "Proposal 1, withheld from view" in page
    assert "proposed by Clara and confirmed by Otto" in page


def test_whoever_reports_it_reads_no_more_of_it(withheld, rosa, tomas) -> None:
    for thing in (withheld, withheld.photos.get(), withheld.versions.get(number=1)):
        for reader in (tomas, rosa):
            page = said(signed_in(reader), thing.page("complaint"))
            assert ("report it" in page, NAME in page) == (True, False), thing._meta.model_name


def test_nobody_finds_it_by_its_words(withheld, libel, client: Client) -> None:
    for word in ("zebedee", "zebede", "stole", "quay"):
        assert "Proposal 1," not in words_on(client.get("/2027/proposals/", {"q": word}))
    assert "Proposal 1, withheld" in words_on(client.get("/2027/proposals/", {"q": "1"}))
    similar = Proposal(contest=withheld.contest, title=SECRET["title"])
    assert withheld not in Proposal.objects.similar_to(similar, withheld.submitted_at)


def test_its_photo_is_not_sent(libel, by_two, otto, client: Client) -> None:
    photo = libel.photos.get()
    assert said(client, photo.address)
    by_two(Joint.WITHHOLD, photo)
    for address in (photo.address, photo.small_address):
        answer = client.get(address)
        assert (answer.status_code, WHY in answer.content.decode()) == (451, True)
    assert photo.name not in said(client, HERE)
    for_the_two = signed_in(otto).get(photo.address)
    assert (for_the_two.status_code, for_the_two["Cache-Control"]) == (200, "no-store")
    b"".join(for_the_two.streaming_content)
    assert SECRET["title"] in words_on(client.get(HERE, follow=True))


@pytest.mark.long
def test_it_is_not_on_the_ballot_to_print_be_it_printed_before_or_not(libel, by_two, client: Client) -> None:
    def printed() -> str:
        return text_of(b"".join(client.get("/2027/riverside/ballot/paper.pdf").streaming_content)).lower()

    assert NAME in printed()
    by_two(Joint.WITHHOLD, libel)
    assert NAME not in printed()
    by_two(Joint.SHOW_AGAIN, libel, "The court has changed its mind.")
    assert NAME in printed()


@pytest.mark.long
def test_it_is_not_in_the_council_s_report_and_one_made_before_is_not_handed_out(libel, clara, otto, cycle, at) -> None:
    count(Contest.objects.get(), {"1:1 2:1 3:1": 40})
    before = ask_for_report(cycle, None, "en", by=clara, at=at("counting"))
    assert Report.newest(cycle, None, "en") == before
    act = two.sketch(Joint.WITHHOLD, on=libel, cycle=cycle, reason=WHY)
    two.confirm(two.propose(act, by=clara, at=at("results")), by=otto, at=at("results"))
    assert Report.newest(cycle, None, "en") is None
    assert NAME not in text_of(council_report(cycle, None, language="en", at=at("results"))).lower()


def test_it_is_not_in_the_table_the_set_up_exports(withheld) -> None:
    rows = ProposalResource().export(Proposal.objects.submitted().as_rows(withheld.submitted_at)).csv
    assert NAME not in rows.lower()


def test_a_voter_meets_the_reason_in_the_booth(withheld, shares, rosa_may_vote, at) -> None:
    at("voting")
    page = said(signed_in(rosa_may_vote), "/2027/riverside/ballot/")
    assert NAME not in page
    assert WHY.lower() in page


# And everything else stays --------------------------------------------------------------------------------------------


def test_the_paper_keeps_its_digest_and_says_so(libel, by_two, client: Client) -> None:
    before = BallotPaper.objects.get()
    whole = client.get("/2027/riverside/ballot/paper.json").content
    assert hashlib.sha256(whole).hexdigest() == before.digest
    by_two(Joint.WITHHOLD, libel)
    assert BallotPaper.objects.get().manifest == before.manifest
    shown = client.get("/2027/riverside/ballot/paper.json").json()
    assert shown["sha256_of_the_whole"] == before.digest
    assert [line["ballot_number"] for line in shown["lines"]] == [1, 2, 3]
    assert [line["cost"] for line in shown["lines"]] == [line["cost"] for line in before.told["lines"]]


def test_what_is_read_is_never_stored(withheld, libel) -> None:
    for read in (withheld, Proposal.objects.defer("title").get(pk=withheld.pk)):
        read.title = read.title
        read.full_clean(exclude=["author"])
        read.save()
    withheld.refresh_from_db()
    withheld.hold()
    withheld.save()
    with connection.cursor() as cursor:
        cursor.execute("SELECT title, summary, description FROM proposals_proposal WHERE id = %s", [withheld.pk])
        assert cursor.fetchone() == (SECRET["title"], SECRET["summary"], SECRET["description"])
    assert withheld.text()["title"] == SECRET["title"]


@pytest.mark.long
def test_its_paper_may_still_be_superseded(withheld, martin, clara, otto, at) -> None:
    contest = Contest.objects.get()
    superseding.correct(
        contest, withheld, by=martin, at=at("presenting"), outcome="shortlist", reason="Dear.", cost=61_000_00
    )
    named = [each.pk for each in superseding.pending(contest)]
    act = two.sketch(Joint.SUPERSEDE, on=contest, cycle=contest.cycle, reason="A cost.", named=named)
    two.confirm(two.propose(act, by=clara, at=at("presenting")), by=otto, at=at("presenting"))
    now = BallotPaper.objects.get()
    assert SECRET["title"] in now.manifest
    client = Client()
    for address in ("/2027/riverside/ballot/paper/1/", "/2027/riverside/ballot/paper/1.json", act.get_absolute_url()):
        assert NAME not in said(signed_in(otto), address), address
    assert NAME not in said(client, "/2027/riverside/ballot/paper.json")


def test_it_is_shown_again_by_two(withheld, by_two, client: Client) -> None:
    by_two(Joint.SHOW_AGAIN, withheld, "The court has changed its mind.")
    page = words_on(client.get(HERE, follow=True))
    assert SECRET["title"] in page
    assert "The court has changed its mind." in page
    assert Withholding.objects.count() == 3


# What stands against it -----------------------------------------------------------------------------------------------


def test_one_person_alone_withholds_nothing(libel, clara, at) -> None:
    act = two.propose(
        two.sketch(Joint.WITHHOLD, on=libel, cycle=libel.cycle, reason=WHY), by=clara, at=at("presenting")
    )
    with pytest.raises(Refused, match="Another person confirms it"):
        two.confirm(act, by=clara, at=at("presenting"))
    assert not Withholding.objects.exists()


def test_without_a_reason_nothing_is_withheld(libel, by_two) -> None:
    with pytest.raises(Refused, match="Say why"):
        by_two(Joint.WITHHOLD, libel, " ")


def test_sent_twice_it_is_withheld_once(withheld, by_two) -> None:
    with pytest.raises(Refused, match="withheld from view already"):
        by_two(Joint.WITHHOLD, withheld)
    by_two(Joint.SHOW_AGAIN, withheld)
    with pytest.raises(Refused, match="It is in view"):
        by_two(Joint.SHOW_AGAIN, Proposal.objects.get(pk=withheld.pk))


def test_a_text_that_was_changed_in_between_is_looked_at_anew(riverside_contest, clara, otto, rosa, at) -> None:
    (one,) = propose(riverside_contest, [10_000_00])
    act = two.propose(two.sketch(Joint.WITHHOLD, on=one, cycle=one.cycle, reason=WHY), by=clara, at=at("proposing"))
    Proposal.objects.filter(pk=one.pk).update(summary="Nothing of anybody.")
    with pytest.raises(Refused, match="has changed since"):
        two.confirm(act, by=otto, at=at("presenting"))


def test_its_author_does_not_change_it_meanwhile(riverside_contest, rosa, by_two, at) -> None:
    (one,) = propose(riverside_contest, [10_000_00])
    Proposal.objects.filter(pk=one.pk).update(author=rosa)
    one.refresh_from_db()
    photo = one.add_photo(by=rosa, at=at("proposing"), file=picture(), alt="Zebedee")
    by_two(Joint.WITHHOLD, one)
    by_two(Joint.WITHHOLD, photo)
    one, photo = Proposal.objects.get(pk=one.pk), Photo.objects.get()
    with pytest.raises(Refused, match="withheld from view"):
        one.edit(by=rosa, at=at("proposing"), summary="Another.")
    with pytest.raises(Refused, match="no longer be removed"):
        one.remove_photo(by=rosa, at=at("proposing"), photo=photo)


RAW = {
    "a row without an act": "INSERT INTO proposals_withholding (proposal_id, withheld, reason, act_id, by_id, at)"
    " SELECT proposal_id, false, 'No.', act_id, by_id, at FROM proposals_withholding",
    "a word about it": "UPDATE proposals_withholding SET reason = 'Nothing.'",
    "all of it": "DELETE FROM proposals_withholding",
    "in view": "UPDATE proposals_proposal SET withheld = '' WHERE withheld <> ''",
    "the photo in view": "UPDATE proposals_photo SET withheld = ''",
    "another reason": "UPDATE proposals_proposal SET withheld = 'So.' WHERE withheld <> ''",
    "another proposal": "UPDATE proposals_proposal SET withheld = 'So.' WHERE number = 2",
    "the photo": "DELETE FROM proposals_photo",
}


@pytest.mark.sampled(1)
@pytest.mark.parametrize("sql", RAW.values(), ids=RAW)
def test_the_database_refuses_it_too(withheld, sql: str) -> None:
    with pytest.raises(DatabaseError) as refusal, leaving_guards_aside() as cursor:
        cursor.execute(sql)
    words = ("two people withhold", "may only be added to", "is what two people withheld", "stays", "frozen")
    assert any(each in str(refusal.value) for each in words)


# On the pages ---------------------------------------------------------------------------------------------------------


def test_a_clerk_proposes_it_on_its_page_and_another_sees_the_text_and_confirms(libel, clara, otto, rosa, at) -> None:
    at("presenting")
    page = f"{libel.get_absolute_url()}withholding/"
    assert signed_in(rosa).get(page).status_code == 403
    claras = signed_in(clara)
    assert page in claras.get(libel.get_absolute_url()).content.decode()
    assert claras.post(page, {"what": "show-text", "reason": WHY}).status_code == 422
    act = claras.post(page, {"what": "withhold-text", "reason": WHY}).url
    seen = words_on(signed_in(otto).get(act))
    assert SECRET["title"] in seen
    assert WHY in seen
    done = words_on(signed_in(otto).post(f"{act}confirmation/", follow=True))
    assert "Done" in done
    assert NAME not in words_on(signed_in(otto).get(HERE, follow=True)).lower()
    assert AuditEvent.objects.filter(action="withheld from view", actor=clara).exists()
    assert JointAct.objects.get().confirmed


def test_the_log_and_the_act_keep_no_copy_of_it(withheld) -> None:
    kept = [*JointAct.objects.values_list("plan", flat=True), *AuditEvent.objects.values_list("facts", flat=True)]
    assert NAME not in json.dumps([each for each in kept if "lines" not in each]).lower()
