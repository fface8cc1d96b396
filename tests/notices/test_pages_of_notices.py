"""The bell and its page, what one follows, how one hears of it, and no more mails of a kind."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client

from accounts import closing
from accounts.models import User
from budgeting.models import District
from notices import kinds, stopping
from notices.kinds import Kind, Way, telling_of
from notices.models import Choice, Follow, Notice
from notices.spreading import spread
from proposals.models import Proposal
from tests.cast import drafted, middle_of, person, signed_in
from tests.keeping import kept
from tests.papers import words_on
from tests.told import text_of, to


@kept
def lena(db) -> User:
    return person("Lena")


@kept
def proposal(rosa, riverside_contest, at) -> Proposal:
    found = drafted(rosa, riverside_contest)
    found.submit(by=rosa, at=middle_of("proposing"))
    at("reviewing")
    return found


def thing(row: object) -> str:
    return f"{row._meta.label_lower}:{row.pk}"


def test_the_bell_says_how_much_is_new_until_it_is_read(proposal, lena, tomas) -> None:
    browser, now = signed_in(lena), middle_of("reviewing")
    browser.post("/me/follows/", {"thing": thing(proposal)})
    assert "Nothing has happened yet" in words_on(browser.get("/me/notices/"))
    proposal.comment(by=tomas, at=now, text="When?")
    spread(now)
    page = words_on(browser.get("/me/notices/"))
    assert "Notices 1 new" in page
    assert f"A comment on {proposal.title}" in page
    browser.post("/me/notices/read/")
    assert "1 new" not in words_on(browser.get("/me/notices/"))


def test_a_fault_in_what_is_said_of_one_takes_no_other_from_its_reader(
    proposal, lena, tomas, told, monkeypatch, caplog
) -> None:
    now = middle_of("reviewing")
    Follow.begin(proposal, by=lena, at=now)
    proposal.comment(by=tomas, at=now, text="When?")
    proposal.withdraw(by=proposal.author, at=now, reason="It is there.")
    spread(now)
    fault = replace(telling_of(Kind.COMMENTED), says=lambda happening: happening.nothing)
    monkeypatch.setitem(kinds._registered.words, Kind.COMMENTED, fault)
    page = words_on(signed_in(lena).get("/me/notices/"))
    [mail] = to(told(now + timedelta(days=1)), lena.email)
    for said in (page, text_of(mail)):
        assert f"Withdrawn: {proposal.title}" in said
        assert "A comment on" not in said
    assert "cannot be said" in caplog.text


def test_the_bell_falls_silent_also_where_nothing_new_may_be_read_any_more(proposal, lena, tomas, clara) -> None:
    browser, now = signed_in(lena), middle_of("reviewing")
    browser.post("/me/follows/", {"thing": thing(proposal)})
    comment = proposal.comment(by=tomas, at=now, text="You fools.")
    spread(now)
    comment.hide(by=clara, at=now, reason="Rude.")
    page = words_on(browser.get("/me/notices/"))
    assert "Notices 1 new" in page
    assert "A comment on" not in page
    assert "I have read all of it" in page
    browser.post("/me/notices/read/")
    assert "1 new" not in words_on(browser.get("/me/notices/"))


def test_the_newest_stands_first_in_whatever_order_it_was_noted(proposal, lena, tomas, at) -> None:
    now = middle_of("reviewing")
    Follow.begin(proposal, by=lena, at=now - timedelta(hours=2))
    proposal.comment(by=tomas, at=now, text="When?")
    proposal.withdraw(by=proposal.author, at=now - timedelta(hours=1), reason="It is there.")
    spread(now)
    page = words_on(signed_in(lena).get("/me/notices/"))
    assert page.index("A comment on") < page.index("Withdrawn: ")


def test_a_button_follows_and_stops_and_leads_back(proposal, lena) -> None:
    browser, address = signed_in(lena), proposal.get_absolute_url()
    assert browser.post("/me/follows/", {"thing": thing(proposal), "next": address}).url == address
    assert "Stop following" in words_on(browser.get(address))
    assert str(proposal.title) in words_on(browser.get("/me/follows/"))
    assert browser.post("/me/follows/", {"thing": thing(proposal), "stop": "1"}).url == "/me/follows/"
    assert not Follow.objects.of_any(proposal).filter(user=lena).exists()


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "\\\\evil"])
def test_it_leads_to_no_other_site(proposal, lena, elsewhere: str) -> None:
    answer = signed_in(lena).post("/me/follows/", {"thing": thing(proposal), "next": elsewhere})
    assert answer.url == "/me/follows/"


def test_nobody_follows_what_they_cannot_see(rosa, lena, riverside_contest, at) -> None:
    at("proposing")
    draft = drafted(rosa, riverside_contest)
    for named in (thing(draft), "accounts.user:1", "proposals.proposal:x", "proposals.proposal:", "", f"{'9' * 30}:1"):
        assert signed_in(lena).post("/me/follows/", {"thing": named}).status_code == 404, named
    assert not Follow.objects.exists()


def test_a_name_that_no_database_holds_is_followed_and_stopped_by_nobody(lena) -> None:
    browser = signed_in(lena)
    assert browser.post("/me/follows/", {"thing": "proposals.proposal:1\0"}).status_code == 404
    assert browser.post("/me/follows/", {"thing": "proposals.proposal:1\0", "stop": "1"}).status_code == 302


def test_who_stopped_is_not_made_to_follow_by_commenting_again(proposal, lena) -> None:
    now = middle_of("reviewing")
    proposal.comment(by=lena, at=now, text="One.")
    Follow.stop(thing(proposal), by=lena, at=now)
    proposal.comment(by=lena, at=now, text="Two.")
    assert not Follow.objects.of_any(proposal).filter(user=lena).exists()


def test_a_district_is_followed_from_its_page(proposal, lena, riverside: District) -> None:
    browser = signed_in(lena)
    assert "Follow Riverside" in words_on(browser.get("/2027/riverside/"))
    browser.post("/me/follows/", {"thing": thing(riverside)})
    assert "Stop following Riverside" in words_on(browser.get("/2027/riverside/"))


def test_each_kind_is_chosen_by_itself_and_rights_leave_no_choice(lena, at) -> None:
    at("reviewing")
    browser = signed_in(lena)
    page = browser.get("/me/notices/ways/")
    form = page.context["form"]
    assert "A decision on a proposal of yours" in words_on(page)
    names = {str(field.label): name for name, field in form.fields.items()}
    assert "A decision on a proposal of yours" not in names
    chosen = {name: field.initial for name, field in form.fields.items()}
    browser.post("/me/notices/ways/", chosen | {names["A comment on a proposal"]: Way.NOTHING})
    assert list(Choice.objects.values_list("user", "kind", "way")) == [(lena.pk, Kind.COMMENTED, Way.NOTHING)]
    refused = browser.post("/me/notices/ways/", chosen | {names["A comment on a proposal"]: "loudly"})
    assert refused.status_code == 422


def word(user: User, kind: str) -> str:
    return stopping.address(user.pk, kind).removeprefix("http://127.0.0.1:8000")


def test_t21_a_scanner_that_follows_links_stops_nothing_and_a_button_does(lena, at) -> None:
    at("reviewing")
    address = word(lena, Kind.COMMENTED)
    for _ in range(20):
        assert "A comment on a proposal" in words_on(Client(HTTP_USER_AGENT="Scanner").get(address))
        Client().head(address)
    assert not Choice.objects.exists()
    assert "no more mails of this kind" in words_on(Client().post(address))
    assert Choice.objects.get().way == Way.SITE


def test_the_mail_programs_own_button_needs_no_token_and_can_do_nothing_else(lena, at) -> None:
    at("reviewing")
    program = Client(enforce_csrf_checks=True)
    answer = program.post(word(lena, Kind.COMMENTED), {"List-Unsubscribe": "One-Click"})
    assert (answer.status_code, Choice.objects.get().way) == (200, Way.SITE)
    assert program.post("/me/notices/read/").status_code == 403


def test_a_link_that_is_none_of_ours_is_not_there(lena) -> None:
    for bad in ("x", word(lena, Kind.COMMENTED).split("/")[3] + "x"):
        assert Client().post(f"/mails/stop/{bad}/").status_code == 404
    assert not Choice.objects.exists()


def test_the_page_promises_the_site_of_what_stands_there_and_of_nothing_else(lena, at) -> None:
    at("reviewing")
    for kind, stands_there in ((Kind.COMMENTED, True), (stopping.DIGEST, True), (Kind.VOTE_ENDS_SOON, False)):
        said = words_on(Client().post(word(lena, kind)))
        assert ("you find it still" in said) is stands_there, kind


def test_the_link_of_a_kind_that_is_told_no_more_is_not_there(lena) -> None:
    """Otherwise its page would promise to stop something."""
    for ask in (Client().get, Client().post):
        assert ask(word(lena, "what an earlier version told")).status_code == 404


def test_what_is_a_right_goes_on(lena, at) -> None:
    at("reviewing")
    Client().post(word(lena, Kind.CORRECTION_ASKED))
    assert not Choice.objects.exists()


def test_the_link_of_a_digest_stops_all_that_is_in_it(lena, at) -> None:
    at("reviewing")
    Client().post(word(lena, stopping.DIGEST))
    chosen = dict(Choice.objects.values_list("kind", "way"))
    assert chosen[Kind.COMMENTED] == chosen[Kind.PROPOSAL_SUBMITTED] == Way.SITE
    assert Kind.REPLIED not in chosen


def test_nothing_of_it_stays_of_an_account_that_is_closed(proposal, lena, tomas) -> None:
    now = middle_of("reviewing")
    Follow.begin(proposal, by=lena, at=now)
    proposal.comment(by=tomas, at=now, text="When?")
    spread(now)
    assert Notice.objects.filter(reader=lena).exists()
    closing.close(lena, at=now)
    assert not Notice.objects.filter(reader=lena).exists()
    assert not Follow.objects.filter(user=lena).exists()
