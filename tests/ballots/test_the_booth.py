"""In the booth: choose, review, cast, receipt; and nothing of it is left behind."""

import re
import sys
from collections.abc import Iterator

import pytest
from django.contrib.sessions.models import Session
from django.core.signals import got_request_exception
from django.test import Client
from django.views.debug import ExceptionReporter

from ballots.casting import receipt_of
from ballots.models import Envelope
from tests.cast import enrol, inside, signed_in
from tests.papers import source_of
from tests.vote import cast

BALLOT = "/2027/riverside/ballot/"


@pytest.fixture
def rosa_in_the_booth(voting, rosa_may_vote) -> Client:
    return signed_in(rosa_may_vote)


def test_rosa_chooses_reviews_casts_and_gets_a_receipt(
    rosa_in_the_booth, rosa_may_vote, riverside_contest, shares
) -> None:
    assert "Library benches" in source_of(rosa_in_the_booth.get(BALLOT))
    review = rosa_in_the_booth.post(f"{BALLOT}review/", {"choice": ["1", "4"]})
    assert "Playground" in source_of(review)
    assert "Bee hotel" not in source_of(review)
    assert not Envelope.objects.exists()
    hidden = re.findall(r'name="choice" value="(\d+)"', source_of(review))
    cast_answer = rosa_in_the_booth.post(f"{BALLOT}cast/", {"choice": hidden})
    assert (cast_answer.status_code, cast_answer.url) == (302, f"{BALLOT}receipt/")
    assert inside(Envelope.objects.get(), shares) == {1: 1, 4: 1}
    receipt = source_of(rosa_in_the_booth.get(f"{BALLOT}receipt/"))
    for group in receipt_of(rosa_may_vote, riverside_contest).groups:
        assert f"<code>{group}</code>" in receipt


def test_the_receipt_shows_no_choice(rosa_in_the_booth, rosa_may_vote, riverside_contest) -> None:
    cast(riverside_contest, {4: 1}, by=rosa_may_vote)
    receipt = source_of(rosa_in_the_booth.get(f"{BALLOT}receipt/"))
    for line in riverside_contest.paper.lines.all():
        assert line.title not in receipt


def test_changing_her_mind_on_the_review_keeps_her_choices(rosa_in_the_booth) -> None:
    again = source_of(rosa_in_the_booth.post(BALLOT, {"choice": ["2", "5"]}))
    assert re.findall(r'value="(\d)" data-cost="\d+" checked', again) == ["2", "5"]


def test_too_many_choices_lead_back_with_all_of_them_kept(riverside_contest, rosa_may_vote, request) -> None:
    riverside_contest.most_choices = 2
    riverside_contest.save()
    request.getfixturevalue("voting")
    booth = signed_in(rosa_may_vote)
    for step in ("review", "cast"):
        answer = source_of(booth.post(f"{BALLOT}{step}/", {"choice": ["1", "2", "3"]}))
        assert "You chose 3 projects; you can choose up to 2." in answer
        assert re.findall(r'value="(\d)" data-cost="\d+" checked', answer) == ["1", "2", "3"]
    assert not Envelope.objects.exists()


@pytest.mark.sampled(3)
@pytest.mark.parametrize("nonsense", ["", "x", "-1", "7", "1.5", "9" * 5000, "１", "<script>"])
def test_nonsense_is_refused_and_never_sealed(rosa_in_the_booth, nonsense) -> None:
    answer = rosa_in_the_booth.post(f"{BALLOT}cast/", {"choice": [nonsense]})
    assert answer.status_code == 200
    assert "cannot be cast yet" in source_of(answer)
    assert not Envelope.objects.exists()


def test_a_blank_ballot_is_cast_on_purpose(rosa_in_the_booth, shares) -> None:
    review = source_of(rosa_in_the_booth.post(f"{BALLOT}review/"))
    assert "This is a blank ballot" in review
    assert "Cast a blank ballot" in review
    rosa_in_the_booth.post(f"{BALLOT}cast/")
    assert inside(Envelope.objects.get(), shares) == {}


def test_who_is_not_verified_is_led_to_verification(voting, rosa) -> None:
    answer = signed_in(rosa).get(BALLOT)
    assert (answer.status_code, answer.url) == (302, "/verify/")


def test_a_visitor_is_led_to_the_sign_in(voting) -> None:
    answer = Client().get(BALLOT)
    assert answer.status_code == 302
    assert answer.url.startswith("/accounts/login/")


def test_a_neighbour_from_another_district_is_told_where_to_vote(voting, tomas, cycle, hillside) -> None:
    enrol(tomas, cycle, hillside)
    assert "You vote in Hillside" in source_of(signed_in(tomas).get(BALLOT))
    answer = signed_in(tomas).post(f"{BALLOT}cast/", {"choice": ["1"]})
    assert answer.status_code == 409
    assert not Envelope.objects.exists()


def test_after_the_close_the_booth_is_shut_and_says_so(voting, rosa_may_vote, at) -> None:
    booth = signed_in(rosa_may_vote)
    at("counting")
    assert "You cannot vote here now" in source_of(booth.get(BALLOT))
    answer = booth.post(f"{BALLOT}cast/", {"choice": ["1"]})
    assert answer.status_code == 409
    assert not Envelope.objects.exists()


def test_a_ballot_is_never_cast_by_a_link(rosa_in_the_booth) -> None:
    for step in ("review/", "cast/"):
        answer = rosa_in_the_booth.get(f"{BALLOT}{step}?choice=1")
        assert (answer.status_code, answer.url) == (302, BALLOT)
    assert not Envelope.objects.exists()


def test_a_ballot_posted_from_another_site_is_refused(voting, rosa_may_vote) -> None:
    booth = Client(enforce_csrf_checks=True)
    booth.force_login(rosa_may_vote)
    assert booth.post(f"{BALLOT}cast/", {"choice": ["1"]}).status_code == 403
    assert not Envelope.objects.exists()


def test_no_browser_and_no_proxy_keeps_a_page_of_the_booth(rosa_in_the_booth) -> None:
    pages = [
        rosa_in_the_booth.get(BALLOT),
        rosa_in_the_booth.post(BALLOT, {"choice": ["1"]}),
        rosa_in_the_booth.post(f"{BALLOT}review/", {"choice": ["1"]}),
        rosa_in_the_booth.post(f"{BALLOT}cast/", {"choice": ["1"]}),
        rosa_in_the_booth.get(f"{BALLOT}receipt/"),
    ]
    for page in pages:
        assert "no-store" in page.headers["Cache-Control"]


def test_nothing_of_the_ballot_goes_into_the_session(rosa_in_the_booth) -> None:
    before = {session.pk: session.get_decoded() for session in Session.objects.all()}
    rosa_in_the_booth.post(f"{BALLOT}review/", {"choice": ["3"]})
    rosa_in_the_booth.post(f"{BALLOT}cast/", {"choice": ["3"]})
    assert {session.pk: session.get_decoded() for session in Session.objects.all()} == before


@pytest.fixture
def error_reports() -> Iterator[list[str]]:
    """The reports Django would send the administrators."""
    reports: list[str] = []

    def write(sender, request, **kwargs) -> None:
        reporter = ExceptionReporter(request, *sys.exc_info())
        reports.extend([reporter.get_traceback_text(), reporter.get_traceback_html()])

    got_request_exception.connect(write)
    yield reports
    got_request_exception.disconnect(write)


@pytest.mark.parametrize("where", ["ballots.casting.seal", "ballots.marks.encode", "ballots.booth_form.marks.errors"])
def test_an_error_report_shows_no_choice(voting, rosa_may_vote, error_reports, monkeypatch, where) -> None:
    """T-24: whatever breaks between the form and the seal, the report hides what was chosen."""

    def breaks(*args, **kwargs):
        raise RuntimeError("out of order")

    monkeypatch.setattr(where, breaks)
    booth = Client(raise_request_exception=False)
    booth.force_login(rosa_may_vote)
    assert booth.post(f"{BALLOT}cast/", {"choice": ["3", "5"]}).status_code == 500
    assert "BoothOutOfOrder" in error_reports[0]
    assert "RuntimeError in" in error_reports[0]
    for report in error_reports:
        assert not re.search(r"(?<![\d:])[35]: ?1\b|choice=[35]|'[35]'|&#x27;[35]&#x27;|\[.?[35].?,", report)


def test_the_ballot_paper_is_for_everyone(riverside_paper, at) -> None:
    at("presenting")
    page = source_of(Client().get(f"{BALLOT}paper/"))
    assert riverside_paper.digest in page
    for line in riverside_paper.lines.all():
        assert line.title in page
    manifest = Client().get(f"{BALLOT}paper.json").content
    assert manifest.decode() == riverside_paper.manifest


def test_there_is_no_paper_before_it_is_frozen(riverside_contest, at) -> None:
    at("presenting")
    assert Client().get(f"{BALLOT}paper/").status_code == 404
