"""What a committee may say besides yes and no, on which of the city's grounds, and what is read of it."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import translation

from audit.models import AuditEvent
from ballots import paper
from budgeting.stages import Stage
from committee import motions, publishing
from lib.refusal import Refused
from proposals.models import Ground, Proposal
from tests.cast import signed_in
from tests.keeping import kept
from tests.papers import words_on

MINUTE = timedelta(minutes=1)


@kept
def ground(db) -> Ground:
    words = {"en": "Not on land of the city", "fr": "Pas sur un terrain de la ville"}
    return Ground.objects.create(outcome="reject", words=words)


@pytest.fixture
def closes(cycle):
    return cycle.window(Stage.REVIEWING).closes


def decided(proposal, people, at, outcome: str, **more) -> None:
    """By two of three."""
    motion = motions.move(proposal, by=people[0], at=at, outcome=outcome, reason="The quay floods.", **more)
    motions.vote(motion, "for", by=people[1], at=at)


@pytest.mark.sampled(1)
@pytest.mark.parametrize(
    ("outcome", "word", "why"),
    [
        ("handed", "Handed to a department", "handed it to a department"),
        ("done", "Done already", "is done already"),
        ("next-year", "For the next round", "kept it for the next round"),
    ],
)
def test_neither_yes_nor_no_has_a_word_of_its_own(client, proposal, three, now, closes, at, outcome, word, why) -> None:
    decided(proposal, three, now, outcome)
    assert word not in words_on(client.get(proposal.get_absolute_url()))
    publishing.publish_due(closes)
    at("presenting")
    assert proposal.status_at(closes) == "rejected", "for a search it is one that is not on the shortlist"
    assert proposal.status_name == word
    for address in (proposal.get_absolute_url(), f"/{proposal.cycle.slug}/proposals/?status=rejected"):
        assert word in words_on(client.get(address))
    [left_out] = paper.left_out(proposal.contest, set(), closes)
    assert why in str(paper.WHY_LEFT_OUT[left_out["why"]])


def test_a_ground_is_public_with_the_decision_and_counted(client, proposal, ground, three, now, closes, at) -> None:
    address = f"/{proposal.cycle.slug}/shortlist/"
    decided(proposal, three, now, "reject", ground=ground)
    before = words_on(client.get(address))
    assert "All decisions are public at once" in before
    assert "Not on land" not in before + words_on(client.get(proposal.get_absolute_url()))
    publishing.publish_due(closes)
    at("presenting")
    assert "Not on land of the city" in words_on(client.get(proposal.get_absolute_url()))
    after = words_on(client.get(address))
    assert "1 proposal is not on the ballot Not on land of the city: 1" in after
    assert "The quay floods." in after
    french = words_on(client.get(address, headers={"accept-language": "fr"}))
    assert "Pas sur un terrain de la ville: 1" in french.replace("\xa0", " ").replace(" :", ":")


def test_where_the_city_has_grounds_for_it_one_is_chosen(proposal, ground, three, now) -> None:
    with pytest.raises(Refused, match="which of the city’s grounds"):
        decided(proposal, three, now, "reject")
    with pytest.raises(Refused, match="another decision"):
        decided(proposal, three, now, "handed", ground=ground)
    Ground.objects.update(ended_at=now)
    with pytest.raises(Refused, match="offered no more"):
        decided(proposal, three, now, "reject", ground=Ground.objects.get())
    decided(proposal, three, now, "reject")


def test_the_form_offers_each_ground_under_its_decision(proposal, ground, three, now) -> None:
    Ground.objects.create(outcome="hide", words={"en": "It is a threat"})
    page = signed_in(three[0]).get(f"{proposal.get_absolute_url()}decision/")
    assert "It is a threat" not in page.text, "that is a ground for another act"
    assert '<optgroup label="Not put on the shortlist">' in page.text
    form = {"outcome": "reject", "reason": "It floods.", "ground": ground.pk}
    assert signed_in(three[0]).post(page.request["PATH_INFO"], form).status_code == 302
    assert proposal.motions.get().ground == ground


def test_a_ground_keeps_its_words(ground, settings) -> None:
    with pytest.raises(IntegrityError, match="keeps its words"), transaction.atomic():
        Ground.objects.update(words={"en": "Something else"})
    with translation.override("fr"):
        assert str(ground) == "Pas sur un terrain de la ville"
    ground.words = {"en": "Floods", "fr": ""}
    with translation.override("fr"):
        assert str(ground) == "Floods"


def test_a_clerk_keeps_the_list_on_the_desk(ground, clara, martin) -> None:
    browser, page = signed_in(clara), "/desk/grounds/"
    assert signed_in(martin).get(page).status_code == 404
    languages = {f"words_{code}": f"It is private ({code})" for code, _name in settings.LANGUAGES}
    assert browser.post(page, {"outcome": "reject", **languages, "words_fr": " "}).status_code == 422
    assert browser.post(page, {"outcome": "reject", **languages}).status_code == 302
    assert Ground.objects.latest("pk").words == {"en": "It is private (en)", "fr": "It is private (fr)"}
    for button, is_offered in (("no-more", False), ("again", True)):
        browser.post(f"{page}{ground.pk}/", {button: ""})
        assert Ground.objects.offered().filter(pk=ground.pk).exists() is is_offered
    acts = list(AuditEvent.objects.order_by("number").values_list("action", flat=True))
    assert acts[-3:] == ["ground written", "ground ended", "ground offered"]
    browser.post(page, {"outcome": "handed", **languages})
    browser.post(page, {"outcome": "reject", **languages})
    shown = words_on(browser.get(page))
    assert shown.count("0 decisions rest on it") == 4
    assert shown.partition("Write another")[0].count("Not put on the shortlist") == 1, "each under its decision, once"


def test_anybody_may_check_how_it_was_voted_and_nobody_before(client, proposal, ground, three, now, closes) -> None:
    address = f"{proposal.get_absolute_url()}committee/"
    decided(proposal, three, now, "reject", ground=ground)
    publishing.publish_due(closes - MINUTE)
    for browser in (client, signed_in(three[0])):
        assert browser.get(address).status_code == 404
    assert address not in client.get(proposal.get_absolute_url()).text
    publishing.publish_due(closes)
    assert f'href="{address}"' in client.get(proposal.get_absolute_url()).text
    page, motion = client.get(address), proposal.motions.get()
    assert "2 for, 0 against, 0 abstaining. 3 might vote; a quorum is 2." in words_on(page)
    assert "Martin: For" in words_on(page)
    for told in (bytes(motion.salt).hex(), AuditEvent.objects.get(action="motion made").facts["digest"]):
        assert told in page.text


@pytest.mark.long
def test_of_many_decisions_each_takes_as_many_statements(
    submitted, rosa, three, now, closes, django_assert_max_num_queries
) -> None:
    """In one transaction, as many for each of a hundred as for each of one."""

    def published(number: int) -> int:
        for place in range(number):
            decided(submitted(rosa, title=f"Slide {number} {place}"), three, now, "shortlist")
        with django_assert_max_num_queries(40 * number + 20) as found:
            publishing.publish_due(closes)
        return len(found)

    few, more, many = published(2), published(4), published(12)
    assert (many - more) / 8 <= (more - few) / 2
    assert Proposal.objects.with_status(closes).filter(status="shortlisted").count() == 18
