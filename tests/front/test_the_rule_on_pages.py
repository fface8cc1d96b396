"""What decides the count stands on every page before the vote, and a clerk changes it in words that all can read."""

import html
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from audit.models import AuditEvent
from ballots.printing import printed_ballot
from budgeting.models import Contest
from tests.cast import put_on_paper, signed_in
from tests.keeping import kept
from tests.papers import words_of, words_on

PAGE = "/2027/riverside/rule/"


@kept
def demanding(riverside_contest: Contest) -> Contest:
    """Riverside's contest with everything set that Equal Shares has."""
    riverside_contest.counting_rule = "equal-shares"
    riverside_contest.rule_parameters = {
        "minimum_votes": 37,
        "minimum_of_ballots": "1/8",
        "minimum_of_cost": "1/3",
        "utility": "cardinality",
        "completion": "add1u",
        "increment": 5000,
        "compare": True,
        "ties": ["max-votes", "min-cost", "lot"],
    }
    riverside_contest.most_choices = 3
    riverside_contest.save()
    return riverside_contest


TOLD = (
    "every voter has an equal share of the budget",
    "What counts is the number of funded projects a voter chose.",
    "at least 37 votes",
    "at least 12.50% of all ballots",
    "at least 1/3 of its share of the budget",
    "raised, by €50 at a time",
    "What is left then goes to the projects with the most votes",
    "compared with funding by most votes",
    "the greater number of votes, then the lower cost, then a public lot",
)


def missing(page: Any, *words: str) -> list[str]:
    text = html.unescape(words_on(page))
    return [each for each in (*TOLD, *words) if each not in text]


@pytest.mark.parametrize("stage", ["proposing", "reviewing", "presenting", "voting", "counting"])
def test_v13_a_resident_reads_on_the_contests_page_what_decides(client: Client, demanding, at, stage: str) -> None:
    at(stage)
    assert missing(client.get("/2027/riverside/"), "Choose up to 3 projects") == []


def test_v13_it_stands_in_the_booth_on_the_paper_and_on_the_printed_ballot(
    demanding: Contest, box_key, at, rosa_may_vote: User
) -> None:
    paper = put_on_paper(demanding)
    at("voting")
    rosa = signed_in(rosa_may_vote)
    assert missing(rosa.get("/2027/riverside/ballot/"), "Choose up to 3 projects") == []
    assert missing(rosa.get("/2027/riverside/ballot/paper/"), "Choose up to 3 projects") == []
    printed = words_of(printed_ballot(paper, "en"))
    assert [each for each in TOLD if each not in printed] == []


def test_v13_it_is_told_in_french_too(client: Client, demanding: Contest, at) -> None:
    at("voting")
    page = html.unescape(words_on(client.get("/2027/riverside/", headers={"accept-language": "fr"})))
    for words in ("au moins 37 votes", "un tirage au sort public", "de 50 € à la fois", "une part égale du budget"):
        assert words in page
    assert "Method of Equal Shares" not in page


@pytest.mark.parametrize(
    ("limits", "sentences"),
    [
        (
            {"ballot_style": "knapsack", "most_choices": 2},
            ["Spend up to €250,000", "At most 2 projects can be chosen."],
        ),
        (
            {"ballot_style": "points", "points": 10, "most_points": 6, "most_choices": 4},
            ["Share out up to 10 points", "One project can have up to 6.", "At most 4 projects can be chosen."],
        ),
        ({"ballot_style": "ranking", "most_choices": 1}, ["Put up to 1 project"]),
        ({"ballot_style": "approval", "most_choices": 1}, ["Choose 1 project you want"]),
        ({"ballot_style": "approval"}, ["Choose as many projects as you want"]),
    ],
)
def test_v2_every_limit_of_the_ballot_is_said(
    riverside_contest: Contest, box_key, at, rosa_may_vote: User, limits: dict[str, Any], sentences: list[str]
) -> None:
    Contest.objects.update(**limits)
    put_on_paper(Contest.objects.get())
    at("voting")
    page = html.unescape(words_on(signed_in(rosa_may_vote).get("/2027/riverside/ballot/")))
    assert [each for each in sentences if each not in page] == []


def test_what_another_version_stored_is_said_and_breaks_no_page(client: Client, riverside_contest: Contest, at) -> None:
    at("voting")
    Contest.objects.update(rule_parameters={"minimum_vote": 5})
    assert "A counting rule has no “minimum_vote”." in html.unescape(words_on(client.get("/2027/riverside/")))


# The clerk's page ----------------------------------------------------------------------------------------------------

TYPED = {"ballot_style": "approval", "counting_rule": "greedy"}


def test_a10_a_clerk_changes_the_rule_and_reads_how_it_is_told(clara: User, riverside_contest: Contest, at) -> None:
    at("proposing")
    client = signed_in(clara)
    assert PAGE in client.get("/desk/").content.decode()
    assert PAGE in client.get("/2027/riverside/").content.decode()
    answer = client.post(PAGE, TYPED | {"minimum_votes": "100", "ties": "max-votes lot"}, follow=True)
    assert "Saved. This is how residents read it now." in words_on(answer)
    assert "A project needs at least 100 votes." in words_on(answer)
    assert 'value="100"' in answer.content.decode()
    contest = Contest.objects.get()
    assert contest.rule_parameters == {"minimum_votes": 100, "ties": ["max-votes", "lot"]}
    entry = AuditEvent.objects.get(action="changed")
    assert entry.actor == clara
    assert entry.facts == {"minimum_votes": [None, "100"], "ties": [None, "max-votes lot"]}


def test_v1_what_cannot_be_counted_is_refused_and_what_was_typed_stays(clara: User, riverside_contest, at) -> None:
    at("proposing")
    answer = signed_in(clara).post(PAGE, TYPED | {"minimum_of_ballots": "0.1", "cover": "80 %", "minimum_votes": "7"})
    assert answer.status_code == 422
    page = html.unescape(answer.content.decode())
    for words in ("“0.1” is not a share", "“Covered share” goes only with", 'value="0.1"', 'value="80 %"', 'value="7"'):
        assert words in page
    assert "A project needs at least 1 vote." in words_on(answer), "as it still is"
    assert Contest.objects.get().rule_parameters == {}
    assert not AuditEvent.objects.exists()


def test_nothing_changes_once_the_paper_is_frozen(clara: User, riverside_paper, at) -> None:
    at("presenting")
    client = signed_in(clara)
    assert PAGE not in client.get("/2027/riverside/").content.decode()
    assert PAGE not in client.get("/desk/").content.decode()
    page = client.get(PAGE)
    assert "The ballot paper is frozen" in words_on(page)
    assert "<form class" not in page.content.decode().split("</header>")[-1].split("<footer")[0]
    assert client.post(PAGE, TYPED | {"minimum_votes": "100"}).status_code in (200, 422)
    assert Contest.objects.get().rule_parameters == {}


def test_nobody_else_finds_it(client: Client, rosa: User, ines: User, riverside_contest: Contest, at) -> None:
    at("proposing")
    assert client.get(PAGE).status_code == 302
    for person in (rosa, ines):
        assert signed_in(person).get(PAGE).status_code == 404
        assert PAGE not in signed_in(person).get("/2027/riverside/").content.decode()
