"""A proposal has a case number of the city's register of documents: for clerks and its committee, and not public."""

import pytest
from django.db import IntegrityError, transaction

from audit.models import AuditEvent
from committee import assigning
from committee.models import CaseNumber
from committee.numbering import case_number_of, set_case_number
from committee.recusing import recuse
from lib.refusal import Refused
from tests.cast import signed_in
from tests.databases import as_owner
from tests.papers import words_of, words_on

CASE = "RV-2027/0815"
WORK = "/desk/2027/work/"


@pytest.fixture
def address(proposal) -> str:
    return f"{proposal.get_absolute_url()}case-number/"


def test_a_clerk_sets_it_from_the_list_and_finds_it_there(proposal, three, clara, address, now) -> None:
    browser = signed_in(clara)
    assert address in browser.get(WORK).text
    answer = browser.post(address, {"text": f"  {CASE}  "}, follow=True)
    assert answer.request["PATH_INFO"] == WORK
    assert f"Case {CASE}" in words_on(answer)
    for words, found in (("0815", True), ("rv-2027", True), ("0816", False), (proposal.title, True)):
        assert (proposal.title in words_on(browser.get(WORK, {"q": words}))) == found


def test_a_member_sets_it_where_the_committee_decides(proposal, martin, address, now) -> None:
    answer = signed_in(martin).post(address, {"text": CASE}, follow=True)
    assert answer.request["PATH_INFO"] == f"{proposal.get_absolute_url()}decision/"
    assert CASE in words_on(answer)
    assigning.assign([proposal], martin, by=martin, at=now, due=None)
    assert proposal.title in words_on(signed_in(martin).get("/me/work/", {"q": "0815"}))
    assert proposal.title not in words_on(signed_in(martin).get("/me/work/", {"q": "0816"}))


def test_it_grows_and_the_log_has_digests(proposal, clara, now) -> None:
    for text in (CASE, CASE, "RV-1", ""):
        set_case_number(proposal, text, by=clara, at=now)
    assert case_number_of(proposal) == ""
    assert [each.text for each in CaseNumber.objects.all()] == [CASE, "RV-1", ""], "the same again is no change"
    logged = [each.facts for each in AuditEvent.objects.filter(action="case number set").order_by("number")]
    assert logged == [{"digest": each.digest} for each in CaseNumber.objects.all()]
    for change in (lambda: CaseNumber.objects.update(text="x"), lambda: CaseNumber.objects.all().delete()):
        with as_owner(), pytest.raises(IntegrityError), transaction.atomic():
            change()


def test_it_is_one_line_of_60_characters(proposal, clara, address, now) -> None:
    browser = signed_in(clara)
    answer = browser.post(address, {"text": "9" * 61})
    assert answer.status_code == 422
    assert "9" * 61 in answer.text
    browser.post(address, {"text": "RV\u202e 1\x1b\n2"})
    assert case_number_of(proposal) == "RV 1 2"


@pytest.mark.parametrize("who", ["rosa", "otto", "ines"])
def test_nobody_else_reads_or_sets_it(proposal, clara, address, now, who, request) -> None:
    set_case_number(proposal, CASE, by=clara, at=now)
    browser = signed_in(request.getfixturevalue(who))
    assert browser.get(address).status_code == 403
    assert browser.post(address, {"text": "x"}).status_code == 403
    assert CASE not in browser.get(proposal.get_absolute_url()).text


def test_who_is_recused_neither_reads_nor_finds_it(proposal, three, clara, address, now) -> None:
    set_case_number(proposal, CASE, by=clara, at=now)
    recuse(proposal, by=three[0], at=now, interest="work")
    browser = signed_in(three[0])
    assert browser.get(address).status_code == 403
    assert CASE not in browser.get(WORK).text
    assert proposal.title not in words_on(browser.get(WORK, {"q": "0815"}))
    with pytest.raises(Refused, match="You take no part"):
        set_case_number(proposal, "x", by=three[0], at=now)


@pytest.mark.long
@pytest.mark.heavy
def test_the_paper_of_members_has_it(handed_in, three, clara, now) -> None:
    set_case_number(handed_in, CASE, by=clara, at=now)
    answer = signed_in(three[0]).get(f"{handed_in.get_absolute_url()}cards.pdf")
    assert CASE in words_of(answer.content)
