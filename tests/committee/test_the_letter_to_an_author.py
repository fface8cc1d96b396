"""What an author reads when it is decided on their proposal: what can still be done, and until when."""

from datetime import timedelta

import pytest

from budgeting.models import Cycle
from budgeting.stages import Stage
from committee import motions, publishing
from committee.models import Consent
from proposals.models import Ground
from tests.told import text_of, to

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def contact(settings) -> None:
    settings.CITY_CONTACT = "budget@city.example"


def decided(proposal, people, at, outcome: str, **more) -> None:
    motion = motions.move(proposal, by=people[0], at=at, outcome=outcome, reason="The quay floods.", **more)
    motions.vote(motion, "for", by=people[1], at=at)


def letter(proposal, told, moment) -> str:
    publishing.publish_due(moment)
    [mail] = to(told(moment), proposal.author.email)
    return " ".join(text_of(mail).split())


def test_it_names_decision_ground_and_reason_once_the_review_is_over(proposal, three, now, told, cycle) -> None:
    ground = Ground.objects.create(outcome="reject", words={"en": "Not on land of the city", "fr": "Pas à la ville"})
    decided(proposal, three, now, "reject", ground=ground)
    told(now)
    said = letter(proposal, told, cycle.window(Stage.REVIEWING).closes)
    for each in ("Not put on the shortlist", "Not on land of the city", "The quay floods.", "the review is over"):
        assert each.lower() in said.lower()
    assert "write to budget@city.example" in said


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        ("shortlist", "on the ballot of Riverside: people vote from"),
        ("shortlist", "You can withdraw it until"),
        ("reject", "Until Friday 5 March"),
        ("handed", "a department of the city looks after it"),
        ("done", "the city does it in any case"),
        ("next-year", "hand it in again in the next round"),
    ],
)
def test_it_says_what_can_still_be_done_while_the_review_lasts(proposal, three, now, told, outcome, said) -> None:
    Cycle.objects.update(decisions_public_at=now + DAY)
    decided(proposal, three, now, outcome)
    told(now)
    assert said in letter(proposal, told, now + DAY)


def test_of_a_merger_it_names_where_its_author_is_named(proposal, submitted, rosa, tomas, three, now, told, client):
    Cycle.objects.update(decisions_public_at=now + DAY)
    into = submitted(tomas, title="Swings for all")
    decided(proposal, three, now, "merge", into=into)
    Consent.objects.update(agrees=True, answered_at=now)
    told(now)
    assert "part of “Swings for all”, on whose page you are named" in letter(proposal, told, now + DAY)
    page = " ".join(client.get(into.get_absolute_url()).text.split())
    assert "(by Rosa)" in page
