"""Greta votes with the code of her letter and no account: in one browser, for every ballot of her line."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from io import BytesIO

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.forms import modelform_factory
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from audit.models import AuditEvent
from ballots import casting
from ballots.casting import NotVerified
from ballots.closing import pause_voting
from ballots.models import Envelope
from budgeting.admin import CycleForm
from budgeting.models import Contest, Cycle
from budgeting.two import Two
from lib import clock
from residents import register_import
from residents.admission import Admission, Channel, LetterHolder
from residents.letters import make_codes
from residents.models import LetterCode, Resident, Verification
from tests.cast import enrol, inside, put_on_paper, signed_in
from tests.databases import lifted
from tests.letters import BALLOT, Posted, votes, word_of
from tests.papers import source_of
from tests.vote import cast, leaving_guards_aside

REGISTER = b"identifier;name;birth_date;district\n79033100120;Greta Nowak;1949-03-31;Riverside\n"

pytestmark = pytest.mark.usefixtures("voting")


def kept_in(page: str) -> list[str]:
    """The choices that are still ticked on a page."""
    return re.findall(r'value="(\d)" data-cost="\d+" checked', page)


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch, voting: datetime) -> Callable[[timedelta], None]:
    """Turn the clock on, from the middle of the vote."""

    def turn(by: timedelta) -> None:
        monkeypatch.setattr(clock, "now", lambda: voting + by)

    return turn


# The way through -----------------------------------------------------------------------------------------------------


def test_e9_greta_types_her_code_votes_and_ends_the_booth(greta: Posted, shares, riverside_contest) -> None:
    browser = Client()
    page = source_of(browser.get("/verify/letter/"))
    assert "without an account" in page
    greta.opens(browser)
    assert f'href="{BALLOT}"' in source_of(browser.get("/ballots/"))
    review = source_of(browser.post(f"{BALLOT}review/", {"choice": ["1", "4"], "booth": word_of(browser)}))
    fields = dict(re.findall(r'name="(booth)" value="([^"]+)"', review))
    hidden = re.findall(r'name="choice" value="(\d+)"', review)
    answer = browser.post(f"{BALLOT}cast/", {"choice": hidden, **fields})
    assert (answer.status_code, answer.url) == (302, f"{BALLOT}receipt/")
    assert inside(Envelope.objects.get(), shares) == {1: 1, 4: 1}
    receipt = source_of(browser.get(f"{BALLOT}receipt/"))
    assert Envelope.objects.get().fingerprint[:4] in receipt
    assert "your letter opens it again" in receipt
    answer = browser.post("/ballots/end/")
    assert (answer.url, answer["Clear-Site-Data"]) == ("/ballots/ended/", '"cache"')
    assert "The booth is closed" in source_of(browser.get("/ballots/ended/"))
    assert not Session.objects.exists()


def test_the_way_to_it_stands_where_one_votes_and_where_one_would_sign_in(greta: Posted, rosa_may_vote: User) -> None:
    link = '<a href="/verify/letter/">'
    for page in ("/2027/riverside/", "/2027/riverside/ballot/paper/", "/accounts/login/"):
        assert link in source_of(Client().get(page)), page
    for browser in (signed_in(rosa_may_vote), greta.opens()):
        assert "without an account" not in source_of(browser.get("/2027/riverside/"))
    with lifted("budgeting_cycle", "letters_on_paper"):
        Cycle.objects.update(votes_by_letter=False)
    assert "without an account" not in source_of(Client().get("/2027/riverside/"))


def test_she_votes_again_with_the_same_letter_and_the_last_ballot_counts(greta: Posted, shares) -> None:
    for choice in (1, 2):
        browser = greta.opens()
        votes(browser, choice)
        browser.post("/ballots/end/")
    assert inside(Envelope.objects.get(), shares) == {2: 1}
    assert LetterCode.objects.get().used_at is None


def test_the_code_opens_every_booth_of_the_line_and_no_other(
    greta: Posted, city_wide_contest, parks, hillside_contest
) -> None:
    for contest in (city_wide_contest, parks, hillside_contest):
        put_on_paper(contest)
    browser = greta.opens()
    page = source_of(browser.get("/ballots/"))
    here = re.findall(r'<h2 id="contest-\d+">([^<]+)</h2>', page)
    assert set(here) == {"The whole city", "Parks", "Riverside"}
    for slug in ("city", "riverside-parks", "riverside"):
        assert votes(browser, 1, address=f"/2027/{slug}/ballot/").url == f"/2027/{slug}/ballot/receipt/"
    assert votes(browser, 1, address="/2027/hillside/ballot/").status_code == 409
    assert "You vote in Riverside" in source_of(browser.get("/2027/hillside/ballot/"))
    assert Envelope.objects.count() == 3
    receipt = source_of(browser.get("/2027/city/ballot/receipt/"))
    assert "Vote again" in receipt
    assert "Parks" in receipt


def test_whoever_holds_a_letter_votes_and_may_nothing_else(greta: Posted) -> None:
    browser = greta.opens()
    for address in ("/me/", "/desk/", "/audit/", "/2027/riverside/propose/"):
        answer = browser.get(address)
        assert answer.status_code in (302, 404), address
    assert "Sign in" in source_of(browser.get("/2027/"))


def test_where_the_city_lets_no_letter_vote_the_code_opens_nothing(greta: Posted) -> None:
    with lifted("budgeting_cycle", "letters_on_paper"):
        Cycle.objects.update(votes_by_letter=False)
    page = source_of(Client().post("/verify/letter/", {"code": greta.code}))
    assert "opens no booth" in page
    assert Client().post(f"{BALLOT}cast/", {"choice": "1"}).url.startswith("/accounts/login/")


def test_whether_letters_vote_is_frozen_with_the_papers(cycle: Cycle) -> None:
    with pytest.raises(Exception, match="is frozen"), leaving_guards_aside() as cursor:
        cursor.execute("UPDATE budgeting_cycle SET votes_by_letter = false")
    assert Cycle.objects.get().votes_by_letter


def test_the_set_up_says_so_in_words(cycle: Cycle) -> None:
    form = modelform_factory(Cycle, form=CycleForm, fields=["title", "votes_by_letter"])
    off = form({"title": "2027"}, instance=cycle)
    assert off.errors["votes_by_letter"] == ["A ballot paper is frozen: whether letters vote stays as it is."]
    assert "votes_by_letter" not in form({"title": "2027", "votes_by_letter": "on"}, instance=cycle).errors


def test_before_the_vote_the_code_opens_nothing_and_says_when_it_will(greta: Posted, at) -> None:
    at("presenting")
    assert "opens the booth from" in source_of(Client().get("/verify/letter/"))
    assert "Voting is not open now" in source_of(Client().post("/verify/letter/", {"code": greta.code}))


# One envelope, and nothing of the way --------------------------------------------------------------------------------


def test_the_envelope_is_the_same_whichever_way_and_no_log_knows_of_it(
    greta: Posted, rosa_may_vote: User, riverside_contest
) -> None:
    booth, before = greta.opens(), AuditEvent.last_head()
    votes(booth, 1)
    cast(riverside_contest, {1: 1}, by=rosa_may_vote)
    rows = list(Envelope.objects.values("channel", "contest_id"))
    assert rows[0] == rows[1]
    assert AuditEvent.last_head() == before


def test_an_admission_says_whose_ballot_it_is_by_which_channel_and_by_whose_hand(
    greta: Posted, rosa_may_vote: User, cycle: Cycle
) -> None:
    holder = LetterHolder(LetterCode.objects.with_its_line().get(pk=greta.letter.pk), "203.0.113.0/24")
    by_letter, by_account = Admission.of(holder, cycle), Admission.of(rosa_may_vote, cycle)
    assert (by_letter.resident, by_letter.channel, by_letter.by) == (greta.resident, Channel.LETTER, holder)
    assert (by_account.channel, by_account.by) == (Channel.ACCOUNT, rosa_may_vote)


def test_an_admission_to_one_cycle_is_none_to_another(rosa_may_vote: User, riverside_contest, riverside) -> None:
    other = Cycle.objects.create(slug="2028", title="2028", currency="EUR")
    admission = casting.admission(rosa_may_vote, riverside_contest)
    with pytest.raises(NotVerified):
        casting.admitted(admission, Contest(cycle=other, district=riverside))


# Lines with an account -----------------------------------------------------------------------------------------------


def test_a_letter_that_has_voted_is_tied_to_an_account_later(greta: Posted, rosa: User, shares, cycle) -> None:
    votes(greta.opens(), 1)
    account = signed_in(rosa)
    assert "You are verified" in source_of(account.post("/verify/letter/", {"code": greta.code}, follow=True))
    assert "You have voted" in source_of(account.get(BALLOT))
    account.post(f"{BALLOT}cast/", {"choice": "2"})
    assert inside(Envelope.objects.get(), shares) == {2: 1}


@pytest.mark.parametrize("way", ["letter", "desk"])
def test_a_line_that_is_tied_while_its_letter_s_booth_is_open_votes_with_the_account(
    greta: Posted, rosa: User, clara: User, voting, way: str
) -> None:
    browser = greta.opens()
    word = word_of(browser)
    if way == "letter":
        LetterCode.redeem(greta.code, by=rosa, at=voting)
    else:
        Verification.at_desk(greta.resident, rosa, by=clara, at=voting)
    page = source_of(browser.post(f"{BALLOT}cast/", {"choice": ["3", "5"], "booth": word}))
    assert kept_in(page) == ["3", "5"]
    assert 'name="code"' in page
    again = source_of(browser.post(f"{BALLOT}review/", {"choice": ["3", "5"], "code": greta.code}))
    assert "sign in and vote with" in again
    assert kept_in(again) == ["3", "5"]
    assert not Envelope.objects.exists()


def test_a_letter_made_for_a_line_that_has_an_account_opens_nothing(rosa_may_vote: User, voting) -> None:
    [(code, _reference)] = make_codes([Resident.objects.get()], by=None, at=voting)
    assert "opens no booth" in source_of(Client().post("/verify/letter/", {"code": code}))
    assert Client().post(f"{BALLOT}cast/", {"choice": "1", "code": code}).status_code == 200
    assert not Envelope.objects.exists()


def test_what_is_tied_after_the_door_and_before_the_box_is_refused_in_the_box(
    greta: Posted, rosa: User, voting, riverside_contest
) -> None:
    holder = LetterHolder(LetterCode.objects.with_its_line().get(pk=greta.letter.pk), "203.0.113.0/24")
    admission = casting.admission(holder, riverside_contest)
    LetterCode.redeem(greta.code, by=rosa, at=voting)
    with pytest.raises(NotVerified):
        casting.cast(riverside_contest, {1: 1}, by=admission)
    assert not Envelope.objects.exists()


def test_t19_a_code_that_opens_nothing_is_told_in_one_sentence_whatever_it_was(
    greta: Posted, viktor: Posted, rosa: User, tomas: User, clara: User, voting, cycle, riverside
) -> None:
    LetterCode.redeem(greta.code, by=rosa, at=voting)  # used
    viktor.letter.void(by=clara, at=voting)
    codes = {"used": greta.code, "voided": viktor.code, "wrong": "ZZZZ-ZZZZ-ZZZZ-ZZZZ", "short": "ZZZZ"}
    pages = set()
    for code in codes.values():
        page = source_of(Client().post("/verify/letter/", {"code": code}))
        pages.add(re.sub(r'csrfmiddlewaretoken" value="[^"]+"', "", page).replace(code, ""))
    assert len(pages) == 1
    assert "This code opens no booth" in pages.pop()


def test_t19_a_code_that_opens_nothing_asks_the_database_as_much_whatever_it_was(
    greta: Posted, viktor: Posted, clara: User, rosa: User, voting
) -> None:
    LetterCode.redeem(greta.code, by=rosa, at=voting)
    viktor.letter.void(by=clara, at=voting)
    asked = []
    for code in (greta.code, viktor.code, "ZZZZ-ZZZZ-ZZZZ-ZZZZ", "ZZZZ"):
        with CaptureQueriesContext(connection) as queries:
            Client().post("/verify/letter/", {"code": code})
        asked.append(len(queries))
    assert len(set(asked)) == 1, asked


def test_who_signs_in_leaves_the_letter_s_booth(greta: Posted, rosa_may_vote: User) -> None:
    browser = greta.opens()
    word = word_of(browser)
    browser.force_login(rosa_may_vote)
    page = source_of(browser.post(f"{BALLOT}cast/", {"choice": "1", "booth": word}))
    assert "somebody else entered the booth" in page
    assert kept_in(page) == ["1"]
    assert "letter_booth" not in browser.session
    assert not Envelope.objects.exists()


# The end of a booth --------------------------------------------------------------------------------------------------


def test_ten_idle_minutes_end_it_and_a_ballot_posted_later_is_still_on_the_page(greta: Posted, later, shares) -> None:
    browser = greta.opens()
    word = word_of(browser)
    later(timedelta(minutes=10))
    page = source_of(browser.post(f"{BALLOT}review/", {"choice": ["2", "6"], "booth": word}))
    assert kept_in(page) == ["2", "6"]
    assert "nothing of your ballot was kept" in page
    assert not Session.objects.exists()
    assert not Envelope.objects.exists()
    wrong = source_of(browser.post(f"{BALLOT}review/", {"choice": ["2", "6"], "code": "ZZZZ"}))
    assert "opens no booth" in wrong
    assert kept_in(wrong) == ["2", "6"]
    none = source_of(browser.post(f"{BALLOT}review/", {"choice": ["2", "6"], "code": " "}))
    assert "Type the code of your letter." in none
    review = source_of(browser.post(f"{BALLOT}review/", {"choice": ["2", "6"], "code": greta.code}))
    assert "Is this your ballot?" in review
    assert votes(browser, 2, 6).url == f"{BALLOT}receipt/"
    assert inside(Envelope.objects.get(), shares) == {2: 1, 6: 1}


def test_ticking_keeps_it_open_where_a_script_tells_of_it(greta: Posted, later) -> None:
    browser = greta.opens()
    assert 'data-awake="/ballots/awake/"' in source_of(browser.get(BALLOT))
    for minutes in (9, 18, 27):
        later(timedelta(minutes=minutes))
        assert browser.post("/ballots/awake/").status_code == 204
    later(timedelta(minutes=37))
    assert browser.post("/ballots/awake/").status_code == 410
    assert browser.get("/ballots/").url == "/verify/letter/"


def test_the_back_button_shows_nothing_once_it_is_ended(greta: Posted) -> None:
    browser = greta.opens()
    votes(browser, 1)
    browser.post("/ballots/end/")
    for address in (BALLOT, f"{BALLOT}receipt/", f"{BALLOT}review/"):
        assert browser.get(address).url.startswith("/accounts/login/"), address
    assert browser.get("/ballots/").url == "/verify/letter/"


def test_a_second_tab_does_not_vote_once_the_first_has_ended_the_booth(greta: Posted) -> None:
    browser = greta.opens()
    word = word_of(browser)
    browser.post("/ballots/end/")
    page = source_of(browser.post(f"{BALLOT}cast/", {"choice": "4", "booth": word}))
    assert kept_in(page) == ["4"]
    assert not Envelope.objects.exists()


def test_a_page_of_one_letter_puts_nothing_into_the_box_for_another(greta: Posted, viktor: Posted, shares) -> None:
    browser = greta.opens()
    word = word_of(browser)
    viktor.opens(browser)
    page = source_of(browser.post(f"{BALLOT}cast/", {"choice": "4", "booth": word}))
    assert "somebody else entered the booth" in page
    assert kept_in(page) == ["4"]
    assert not Envelope.objects.exists()
    review = browser.post(f"{BALLOT}review/", {"choice": "4", "booth": word, "code": greta.code})
    assert "Is this your ballot?" in source_of(review)
    votes(browser, 4)
    assert Envelope.objects.get().resident == greta.resident


def test_one_borrowed_phone_serves_two_letters_in_turn(greta: Posted, viktor: Posted, shares) -> None:
    phone = greta.opens()
    votes(phone, 1)
    phone.post("/ballots/end/")
    viktor.opens(phone)
    assert "Vote again" not in source_of(phone.get("/ballots/"))
    votes(phone, 2)
    found = {envelope.resident: inside(envelope, shares) for envelope in Envelope.objects.all()}
    assert found == {greta.resident: {1: 1}, viktor.resident: {2: 1}}


def test_two_borrowed_phones_and_one_letter_make_one_envelope(greta: Posted, shares) -> None:
    first, second = greta.opens(), greta.opens()
    votes(first, 1)
    votes(second, 2)
    first.post("/ballots/end/")
    assert votes(second, 3).url == f"{BALLOT}receipt/"
    assert inside(Envelope.objects.get(), shares) == {3: 1}


def test_a_letter_made_worthless_ends_its_booth(greta: Posted, clara: User, voting) -> None:
    browser = greta.opens()
    word = word_of(browser)
    greta.letter.void(by=clara, at=voting)
    page = source_of(browser.post(f"{BALLOT}cast/", {"choice": "1", "booth": word}))
    assert 'name="code"' in page
    assert not Envelope.objects.exists()


# What happens meanwhile ----------------------------------------------------------------------------------------------


def test_who_is_imported_away_during_it_votes_no_more(greta: Posted, viktor: Posted, voting) -> None:
    browser = greta.opens()
    word = word_of(browser)
    Resident.objects.filter(pk=greta.resident.pk).update(removed_at=voting)
    assert 'name="code"' in source_of(browser.post(f"{BALLOT}cast/", {"choice": "1", "booth": word}))
    assert not Envelope.objects.exists()
    assert votes(viktor.opens(), 1).status_code == 302


def test_who_is_imported_into_another_district_during_it_votes_there(greta: Posted, hillside_contest, voting) -> None:
    put_on_paper(hillside_contest)
    browser = greta.opens()
    Resident.objects.filter(pk=greta.resident.pk).update(district=hillside_contest.district)
    assert votes(browser, 1).status_code == 409
    assert votes(browser, 1, address="/2027/hillside/ballot/").status_code == 302


def test_an_import_that_changes_nothing_of_the_line_leaves_the_booth_open(
    cycle: Cycle, clara_and_otto: Two, riverside, voting
) -> None:
    def imported() -> None:
        made = register_import.preview(cycle, BytesIO(REGISTER), by=None, at=voting)
        register_import.confirm(made, by=clara_and_otto, at=voting)

    imported()
    [(code, _reference)] = make_codes([Resident.objects.get()], by=None, at=voting)
    browser = Posted(code, LetterCode.objects.get(), Resident.objects.get()).opens()
    imported()
    assert votes(browser, 1).status_code == 302


def test_a_pause_shuts_the_booth_of_a_letter(greta: Posted, cycle: Cycle, clara: User) -> None:
    browser = greta.opens()
    word = word_of(browser)
    pause_voting(cycle, by=clara, reason="Votes are cast with stolen letters.")
    answer = browser.post(f"{BALLOT}cast/", {"choice": "1", "booth": word})
    assert answer.status_code == 409
    assert "paused" in source_of(answer)
    assert "paused" in source_of(browser.get("/ballots/"))
    assert not Envelope.objects.exists()


def test_after_the_close_the_letter_s_booth_is_shut(greta: Posted, at) -> None:
    browser = greta.opens()
    at("counting")
    browser = Client()
    assert "Voting is not open now" in source_of(browser.post("/verify/letter/", {"code": greta.code}))
    assert browser.post(f"{BALLOT}cast/", {"choice": "1"}).status_code == 409
    assert not Envelope.objects.exists()


# Nothing is left behind ----------------------------------------------------------------------------------------------


def test_nothing_of_the_ballot_goes_into_the_session_of_a_letter(greta: Posted) -> None:
    browser = greta.opens()
    before = browser.session["letter_booth"]
    browser.post(f"{BALLOT}review/", {"choice": ["3"], "booth": word_of(browser)})
    votes(browser, 3)
    assert browser.session["letter_booth"] == before
    assert set(browser.session.keys()) == {"letter_booth", "_session_expiry"}
    assert browser.cookies["session"]["max-age"] == "", "the browser forgets it when it is closed"


def test_no_answer_is_stored_while_a_letter_s_booth_is_open(greta: Posted) -> None:
    browser = Client()
    opened = browser.post("/verify/letter/", {"code": greta.code})
    pages = [browser.get(address) for address in ("/", "/2027/", "/2027/riverside/", "/ballots/", BALLOT, "/nowhere/")]
    pages += [opened, votes(browser, 1), browser.get(f"{BALLOT}receipt/"), browser.get("/2027/board/")]
    for page in [*pages, browser.post("/ballots/end/")]:
        assert "no-store" in page["Cache-Control"], page.request["PATH_INFO"]
    assert "no-store" not in browser.get("/2027/").get("Cache-Control", "")


def test_the_session_of_a_letter_is_a_new_one(greta: Posted, viktor: Posted) -> None:
    browser = greta.opens()
    before = browser.cookies["session"].value
    viktor.opens(browser)
    assert browser.cookies["session"].value != before
    assert Session.objects.count() == 1


def test_a_letter_s_ballot_from_another_site_is_refused(greta: Posted) -> None:
    browser = Client(enforce_csrf_checks=True)
    assert browser.post("/verify/letter/", {"code": greta.code}).status_code == 403
    assert browser.post("/ballots/end/").status_code == 403
    assert browser.post(f"{BALLOT}cast/", {"choice": "1", "code": greta.code}).status_code == 403


def test_the_booth_speaks_french(greta: Posted) -> None:
    browser = Client(headers={"Accept-Language": "fr"})
    greta.opens(browser)
    for address in ("/verify/letter/", "/ballots/", BALLOT):
        page = source_of(browser.get(address))
        assert 'lang="fr"' in page
        for english in ("Your ballots", "End and clear", "When you are done", "Vote with this letter"):
            assert english not in page, (address, english)


def test_enrolled_people_vote_as_before(rosa_may_vote: User, tomas: User, cycle, riverside) -> None:
    enrol(tomas, cycle, riverside)
    for user in (rosa_may_vote, tomas):
        assert signed_in(user).post(f"{BALLOT}cast/", {"choice": "1"}).url == f"{BALLOT}receipt/"
