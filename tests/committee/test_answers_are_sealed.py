"""Public answers are sealed when the committee has voted, and opened with its decision: what was changed shows.

Whoever has the log alone reckons it again here, with no code of the site.
"""

import contextlib
import hashlib
import io
import json
import re

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from audit.models import AuditEvent
from budgeting.stages import Stage
from committee import cards, motions, publishing, sealing
from committee.models import Answer, Card, Motion, SealedAnswers
from committee.recusing import recuse
from tests.databases import as_owner
from tests.papers import words_on


def reckoned(salt: str, content: object) -> str:
    """As the page of the vote tells everybody to."""
    words = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(bytes.fromhex(salt) + words.encode()).hexdigest()


def proven(log: list[dict]) -> set[tuple[str, str, str]]:
    """The public answers of which the log itself proves that nobody changed them since the vote: of one motion."""
    settled = next(each["answers"] for each in log if each.get("answers") and len(each) == 1)
    told = next(each for each in log if "public" in each)
    whole = {name: told[name] for name in ("proposal", "answers")}
    if reckoned(told["salt"], whole) != settled:
        return set()
    leaves = [(reckoned(each["salt"], {k: v for k, v in each.items() if k != "salt"}), each) for each in told["public"]]
    return {(one["question"], one["answer"], one["comment"]) for leaf, one in leaves if leaf in told["answers"]}


def log() -> list[dict]:
    return [each.facts for each in AuditEvent.objects.order_by("number")]


def public_now() -> set[tuple[str, str, str]]:
    return set(Answer.objects.filter(question__is_public=True).values_list("question__text", "value", "comment"))


def altered() -> str:
    said = io.StringIO()
    with contextlib.suppress(SystemExit):
        call_command("verify_audit", stdout=io.StringIO(), stderr=said)
    return "".join(line for line in said.getvalue().splitlines() if line.startswith("Cards of committees"))


def test_the_log_proves_each_public_answer(published, asked) -> None:
    assert proven(log()) == public_now()
    assert len(proven(log())) == 4
    assert altered() == ""


@pytest.mark.parametrize("changed", [{"value": "no"}, {"comment": "It is not."}, {"number": 5}, {"salt": b"other"}])
def test_what_is_changed_after_the_vote_is_not_proven(decided, asked, cycle, changed, client, monkeypatch) -> None:
    true = public_now()
    Answer.objects.filter(pk=Answer.objects.filter(question=asked["land"]).first().pk).update(**changed)
    closes = cycle.window(Stage.REVIEWING).closes
    publishing.publish_due(closes)
    monkeypatch.setattr("lib.clock.now", lambda: closes)
    assert len(proven(log())) == 3
    assert proven(log()) < true
    assert "is not as it was handed in" in altered()
    page = words_on(client.get(f"{decided.get_absolute_url()}committee/"))
    assert "What stands here now is not what was sealed." in page


@pytest.mark.parametrize("question", ["land", "trust"])
def test_what_is_changed_between_handing_in_and_the_vote_shows(handed_in, asked, question) -> None:
    """Of private answers as well, and without anybody's reading them."""
    answer = Answer.objects.filter(question=asked[question]).first()
    Answer.objects.filter(pk=answer.pk).update(comment="Another word.")
    said = altered()
    assert f"card {answer.card_id}" in said
    assert said.count("card ") == 1
    assert "Another word" not in said


def test_a_log_that_is_changed_proves_nothing(published) -> None:
    facts = log()
    told = next(each for each in facts if "public" in each)
    told["answers"] = told["answers"][1:]
    assert proven(facts) == set()


def test_nothing_leads_to_who_gave_an_answer(published, three) -> None:
    """Neither the entry that opens the answers nor their order says whose they are."""
    told = AuditEvent.objects.get(action="answers published")
    assert told.actor is None
    assert set(told.facts) == {"salt", "proposal", "answers", "public"}
    assert {name for each in told.facts["public"] for name in each} == {
        "salt",
        "question",
        "answer",
        "number",
        "comment",
    }
    assert told.facts["answers"] == sorted(told.facts["answers"])
    handed_in = {each.facts["digest"] for each in AuditEvent.objects.filter(action="card handed in")}
    assert not handed_in & set(told.facts["answers"])
    assert AuditEvent.objects.get(action="motion settled").actor is None


def test_private_answers_are_neither_sealed_nor_opened(published, asked) -> None:
    private = {answer.digest for answer in Answer.objects.filter(question=asked["trust"])}
    assert not private & set(SealedAnswers.objects.get().digests)
    assert "They quarrel" not in json.dumps(log())


def test_before_the_decision_is_public_the_log_has_one_digest(decided) -> None:
    assert len(AuditEvent.objects.get(action="motion settled").facts["answers"]) == 64
    assert not AuditEvent.objects.filter(action="answers published").exists()
    assert not [facts for facts in log() if "Is it" in json.dumps(facts)]


def test_a_vote_that_is_lost_seals_like_one_that_is_carried(handed_in, three, now) -> None:
    """Else the log would tell before the date which it was."""
    motions.move(handed_in, by=three[0], at=now, outcome="shortlist", reason="Yes.")
    for member in three[1:]:
        motions.vote(Motion.objects.get(), "against", by=member, at=now)
    assert len(AuditEvent.objects.get(action="motion settled").facts["answers"]) == 64


def test_of_who_is_recused_after_the_vote_the_digest_stays_and_nothing_more(decided, three, now, cycle) -> None:
    recuse(decided, by=three[1], at=now, interest="work")
    publishing.publish_due(cycle.window(Stage.REVIEWING).closes)
    told = AuditEvent.objects.get(action="answers published").facts
    assert (len(told["answers"]), len(told["public"])) == (4, 2)
    assert "Mira" not in json.dumps(told)


def test_without_public_answers_nothing_is_sealed(proposal, three, now, cycle) -> None:
    motions.move(proposal, by=three[0], at=now, outcome="shortlist", reason="Yes.")
    motions.vote(Motion.objects.get(), "for", by=three[1], at=now)
    publishing.publish_due(cycle.window(Stage.REVIEWING).closes)
    assert AuditEvent.objects.get(action="motion settled").facts == {}
    assert not AuditEvent.objects.filter(action="answers published").exists()


def test_one_answer_is_shown_without_the_others_of_its_card(handed_in) -> None:
    """A card's digest is over the digests of its answers, so that its member can open one of them."""
    card = Card.objects.first()
    answers = card.content()["answers"]
    assert answers == [each.digest for each in card.answers.order_by("question_id")]
    assert len({bytes(each.salt) for each in card.answers.all()}) == 3


def test_a_card_of_the_time_before_keeps_its_digest(handed_in) -> None:
    card = Card.objects.first()
    card.answers.update(salt=b"")
    assert card.content()["answers"][0][1:] == ["yes", None, f"{card.member} has looked it up."]


def test_handed_in_again_it_has_other_salts(handed_in, asked, three, now) -> None:
    card = Card.objects.get(member=three[0])
    before = set(card.answers.values_list("salt", flat=True))
    Card.objects.exclude(pk=card.pk).update(handed_in_at=None, confirmed_at=None, confirmed_by=None)
    cards.take_back(card, by=three[0], at=now)
    card.refresh_from_db()
    cards.hand_in(card, {asked["climate"].pk: 2}, by=three[0], at=now)
    assert not {bytes(each) for each in before} & {bytes(answer.salt) for answer in card.answers.all()}
    assert altered() == ""


def test_what_is_sealed_stays(decided) -> None:
    for change in (lambda: SealedAnswers.objects.update(digests=[]), lambda: SealedAnswers.objects.all().delete()):
        with as_owner(), pytest.raises(IntegrityError), transaction.atomic():
            change()


def test_everybody_can_reckon_it_again_on_the_page(client, published) -> None:
    page = client.get(f"{published.get_absolute_url()}committee/").text
    assert "Check the answers" in page
    opened = sealing.opened(published)[Motion.objects.get().pk]
    for answer in opened.answers:
        assert answer.digest in page
        assert answer.salt_in_words in page
    shown = re.findall(r'<code class="digest">([0-9a-f]{64})</code>', page)
    assert AuditEvent.objects.get(action="motion settled").facts["answers"] in shown
    assert "What stands here now is not" not in page
