"""What no view has caught is answered in words: somebody was faster, and nobody is to blame."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import psycopg
import pytest
from django.core.exceptions import ValidationError
from django.db import Error, IntegrityError, OperationalError
from django.http import HttpRequest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils.html import escape

from accounts.models import User
from ballots import paper
from ballots.models import BallotPaper
from ballots.views import booth
from budgeting.models import Contest
from lib.refusal import Refused
from proposals.models import Comment, Decision, Photo, Proposal
from proposals.views import write
from tests.cast import frozen_at_the_desk, picture, propose, signed_in
from tests.tables import our_models

At = Callable[[str], datetime]
MEANTIME = "Something changed in the meantime, so this is no longer possible."


def refused_by_postgres(kind: type[Error], cause: type[psycopg.Error]) -> Error:
    error = kind("what stood in the way: Key (email)=(rosa@example.org)")
    error.__cause__ = cause()
    return error


def raising(error: Exception) -> Callable[..., Any]:
    def refuse(*args: Any, **kwargs: Any) -> Any:
        raise error

    return refuse


REFUSALS = [
    (Refused("The desk is closed."), ["The desk is closed."]),
    (ValidationError(["Too late.", "Too dear."]), ["Too late.", "Too dear."]),
    (ValidationError({"title": ["Say what it is called."]}), ["Say what it is called."]),
    (refused_by_postgres(IntegrityError, psycopg.errors.UniqueViolation), [MEANTIME]),
    (refused_by_postgres(IntegrityError, psycopg.errors.ForeignKeyViolation), [MEANTIME]),
    (refused_by_postgres(IntegrityError, psycopg.errors.IntegrityConstraintViolation), [MEANTIME]),
    (refused_by_postgres(OperationalError, psycopg.errors.DeadlockDetected), [MEANTIME]),
]


@pytest.mark.parametrize(("refusal", "sentences"), REFUSALS, ids=lambda each: type(each).__name__)
def test_rosa_reads_why_and_that_nothing_was_changed(
    client: Client, rosa: User, proposal: Proposal, at: At, monkeypatch, refusal: Exception, sentences: list[str]
) -> None:
    at("proposing")
    client.force_login(rosa)
    monkeypatch.setattr(Proposal, "why_not_withdraw", raising(refusal))
    address = proposal.get_absolute_url() + "withdrawal/"
    answer = client.post(address, {"reason": "Sorry"}, headers={"Referer": f"http://testserver{address}"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert [sentence for sentence in sentences if escape(sentence) not in page] == []
    assert "Nothing was changed." in page
    assert f'href="http://testserver{address}">Go back</a>' in page
    assert page.count("<h1") == 1
    assert "rosa@example.org" not in page


def test_who_has_htmx_reads_it_too(client: Client, rosa: User, proposal: Proposal, at: At, monkeypatch) -> None:
    at("proposing")
    client.force_login(rosa)
    monkeypatch.setattr(Proposal, "is_endorsed_by", raising(Refused("The desk is closed.")))
    address = proposal.get_absolute_url() + "endorsement/"
    answer = client.post(address, headers={"HX-Request": "true"})
    assert answer.status_code == 409
    assert "The desk is closed." in answer.content.decode()


def test_the_way_back_leads_to_no_other_site(
    client: Client, rosa: User, proposal: Proposal, at: At, monkeypatch
) -> None:
    at("proposing")
    client.force_login(rosa)
    monkeypatch.setattr(Proposal, "why_not_withdraw", raising(Refused("The desk is closed.")))
    for referer in ({}, {"Referer": "https://evil.example/"}, {"Referer": "javascript:alert(1)"}):
        page = client.get(proposal.get_absolute_url() + "withdrawal/", headers=referer).content.decode()
        assert '<a class="button" href="/">Go back</a>' in page


SAMPLES = {"CycleSlug": "2027", "SlugConverter": "riverside", "IntConverter": 1, "StringConverter": "x", "Numbered": 1}
SAMPLES["Part"] = Comment(pk=1)


def pages(resolver: URLResolver | None = None) -> Iterator[tuple[URLPattern, str]]:
    """Every page of our own rooms, with an address that leads to it."""
    rooms = {model._meta.app_label for model in our_models()} | {"front"}
    for each in (resolver or get_resolver()).url_patterns:
        if isinstance(each, URLResolver):
            yield from pages(each)
        elif each.callback.__module__.partition(".")[0] in rooms:
            asked = {name: SAMPLES[type(kind).__name__] for name, kind in each.pattern.converters.items()}
            yield each, reverse(each.name, kwargs=asked)


@pytest.mark.long
@pytest.mark.sampled(2)
@pytest.mark.parametrize("refusal", [refusal for refusal, _ in REFUSALS], ids=lambda each: type(each).__name__)
def test_a_lost_race_is_an_error_of_ours_on_no_page(client: Client, db: None, monkeypatch, refusal: Exception) -> None:
    asked = list(pages())
    assert len(asked) > 60
    answers = {}
    for pattern, address in asked:
        with monkeypatch.context() as patch:
            patch.setattr(pattern, "callback", raising(refusal))
            answers |= {
                f"{method} {address}": getattr(client, method)(address).status_code for method in ("get", "post")
            }
    assert {each: status for each, status in answers.items() if status != 409} == {}


@pytest.mark.parametrize(
    "broken", [ValueError(), KeyError("x"), refused_by_postgres(IntegrityError, psycopg.errors.NotNullViolation)]
)
def test_what_is_our_own_fault_is_not_called_a_refusal(
    client: Client, rosa: User, proposal: Proposal, at: At, monkeypatch, broken: Exception
) -> None:
    at("proposing")
    client.raise_request_exception = False
    client.force_login(rosa)
    monkeypatch.setattr(Proposal, "why_not_withdraw", raising(broken))
    assert client.get(proposal.get_absolute_url() + "withdrawal/").status_code == 500


@pytest.mark.parametrize("broken", [ValidationError("You chose 3."), IntegrityError("You chose 3.")])
def test_what_breaks_in_the_booth_is_told_to_nobody(
    client: Client, voting: datetime, rosa_may_vote: User, monkeypatch, broken: Exception
) -> None:
    client.raise_request_exception = False
    client.force_login(rosa_may_vote)
    monkeypatch.setattr(booth, "cast", raising(broken))
    answer = client.post("/2027/riverside/ballot/cast/", {"choice": "3"})
    assert answer.status_code == 500
    assert "You chose" not in answer.content.decode()
    assert answer.exc_info[0] is booth.BoothOutOfOrder


# Real races ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def thrown_away(draft: Proposal, rosa: User, monkeypatch) -> Proposal:
    """Rosa's draft, which she throws away in one tab between the first look and the deed of the other."""
    load = write.own_draft

    def load_and_lose(request: HttpRequest, *where: Any) -> Proposal:
        loaded = load(request, *where)
        Proposal.objects.get(pk=loaded.pk).discard(by=rosa)
        return loaded

    monkeypatch.setattr(write, "own_draft", load_and_lose)
    return draft


def test_rosa_throws_a_draft_away_in_two_tabs(client: Client, rosa: User, thrown_away: Proposal, at: At) -> None:
    at("proposing")
    client.force_login(rosa)
    answer = client.post(thrown_away.get_absolute_url().replace("what", "discard"), follow=True)
    assert answer.redirect_chain == [("/2027/proposals/", 302)]
    assert "This draft has been thrown away in the meantime." in answer.content.decode()


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("page", "typed"),
    [
        ("what", {"title": "A slide", "summary": "A slide.", "description": "A slide."}),
        ("where", {"address": "Quay Street"}),
        ("cost", {"cost": "400"}),
        ("photo", {"alt": "The quay"}),
        ("preview", {}),
    ],
)
def test_rosa_writes_in_one_tab_what_she_throws_away_in_the_other(
    client: Client, rosa: User, thrown_away: Proposal, at: At, page: str, typed: dict[str, Any]
) -> None:
    at("proposing")
    client.force_login(rosa)
    files = {"file": picture()} if page == "photo" else {}
    answer = client.post(thrown_away.get_absolute_url().replace("what", page), typed | files)
    assert answer.status_code == 422
    assert "This draft has been thrown away in the meantime." in answer.content.decode()
    assert not Proposal.objects.exists()


def test_rosa_removes_a_photo_in_two_tabs(client: Client, rosa: User, proposal: Proposal, at: At, monkeypatch) -> None:
    photo = proposal.add_photo(by=rosa, at=at("proposing"), file=picture(), alt="The quay")
    remove = Proposal.remove_photo

    def remove_after_the_other(self: Proposal, **facts: Any) -> None:
        Photo.objects.get(pk=photo.pk).delete()
        remove(self, **facts)

    monkeypatch.setattr(Proposal, "remove_photo", remove_after_the_other)
    client.force_login(rosa)
    answer = client.post(proposal.get_absolute_url() + "photos/", {"remove": photo.pk}, follow=True)
    assert answer.status_code == 200
    assert not Photo.objects.exists()


def test_rosa_removes_a_photo_as_the_time_for_it_ends(
    client: Client, rosa: User, proposal: Proposal, at: At, monkeypatch
) -> None:
    photo = proposal.add_photo(by=rosa, at=at("proposing"), file=picture(), alt="The quay")
    answers = iter(["", "Too late."])
    monkeypatch.setattr(Proposal, "why_not_edit", lambda self, **who: next(answers, ""))
    client.force_login(rosa)
    answer = client.post(proposal.get_absolute_url() + "photos/", {"remove": photo.pk}, follow=True)
    assert answer.status_code == 200
    assert "This photo can no longer be removed." in answer.content.decode()
    assert Photo.objects.exists()


def test_two_clerks_freeze_one_ballot_paper(
    clara: User, otto: User, martin: User, riverside_contest: Contest, at: At, monkeypatch
) -> None:
    at("presenting")
    for each in propose(riverside_contest):
        Decision.objects.create(proposal=each, outcome="shortlist", reason="Good.", by=martin, at=at("reviewing"))
    at("presenting")
    freeze = paper.write

    def freeze_after_the_other(*args: Any, **kwargs: Any) -> BallotPaper:
        freeze(*args, **kwargs)
        return freeze(*args, **kwargs)

    monkeypatch.setattr(paper, "write", freeze_after_the_other)
    answer = frozen_at_the_desk(riverside_contest, signed_in(clara), signed_in(otto))
    assert answer.status_code == 409
    assert MEANTIME in answer.content.decode()


def test_a_clerk_who_comes_second_in_the_set_up_is_not_told_of_a_frozen_paper(
    client: Client, clara: User, riverside_contest: Contest, monkeypatch
) -> None:
    clara.is_staff = clara.is_superuser = True
    clara.save()
    client.force_login(clara)
    monkeypatch.setattr(Contest, "validate_constraints", lambda self, exclude=None: None)
    fields = {"budget": "1000", "ballot_style": "approval", "counting_rule": "greedy", "rule_parameters": "{}"}
    fields |= {"cycle": riverside_contest.cycle_id, "district": riverside_contest.district_id}
    answer = client.post("/admin/budgeting/contest/add/", fields)
    assert answer.status_code == 409
    assert MEANTIME in answer.content.decode()
    assert "frozen" not in answer.content.decode()
