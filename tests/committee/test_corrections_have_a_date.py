"""A correction is asked for by a day; its answer stands on top of the desk until somebody has looked again."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from budgeting.stages import Stage
from committee import correcting, motions
from committee.at_the_desk import Desk
from committee.models import Correction
from committee.recusing import recuse
from front.waiting import waits_for
from lib.refusal import Refused
from proposals.models import Decision
from tests.cast import signed_in
from tests.keeping import kept
from tests.papers import words_on
from tests.told import text_of, to

DAY = timedelta(days=1)
ASKED = "Say who looks after it."


@kept
def asked(proposal, three, now) -> Correction:
    return correcting.ask(proposal, by=three[0], at=now, reason=ASKED, until=now + 3 * DAY)


def corrected(proposal, at) -> None:
    proposal.edit(by=proposal.author, at=at, description="The school looks after it.")


def test_a_week_unless_the_review_closes_before(proposal, three, now, cycle) -> None:
    closes = cycle.window(Stage.REVIEWING).closes
    assert correcting.ask(proposal, by=three[0], at=now, reason=ASKED).decision.until == now + 7 * DAY
    assert correcting.ask(proposal, by=three[0], at=closes - DAY, reason=ASKED).decision.until == closes


@pytest.mark.parametrize("days", [-1, 0, 30])
def test_the_day_lies_ahead_and_in_the_review(proposal, three, now, days) -> None:
    with pytest.raises(Refused, match="before the review closes"):
        correcting.ask(proposal, by=three[0], at=now, reason=ASKED, until=now + days * DAY)
    assert not Decision.objects.exists()


def test_its_author_reads_the_day(asked, proposal, told, now, client) -> None:
    [mail] = [mail for mail in to(told(now), proposal.author.email) if "Please correct" in mail["Subject"]]
    assert "Please correct it by Sunday 21 February" in " ".join(text_of(mail).split())
    assert "Asked for by Sunday 21 February" in words_on(client.get(proposal.get_absolute_url()))


def test_what_is_answered_stands_on_top_until_somebody_has_looked(asked, proposal, submitted, rosa, three, now) -> None:
    submitted(rosa, title="Slide")
    assert "Corrections to look at again" not in words_on(signed_in(three[1]).get("/desk/"))
    corrected(proposal, now + DAY)
    page = words_on(signed_in(three[1]).get("/desk/"))
    assert page.index("Corrections to look at again") < page.index(proposal.title) < page.index("to decide on")
    assert page.count(proposal.title) == 1
    address = f"{proposal.get_absolute_url()}decision/"
    assert "A correction was made" in words_on(signed_in(three[1]).get(address))
    answer = signed_in(three[1]).post(f"{proposal.get_absolute_url()}correction/looked/")
    assert answer["Location"] == address
    asked.refresh_from_db()
    assert (asked.looked_by, asked.answer.number) == (three[1], 2)
    page = words_on(signed_in(three[1]).get("/desk/"))
    assert page.index("to decide on") < page.index(proposal.title), "looked at, and still to be decided on"


def test_what_is_not_answered_by_its_day_stands_there_too(asked, three, now) -> None:
    until = asked.decision.until
    assert not Desk(three[1], until - DAY).corrections
    assert list(Desk(three[1], until).corrections) == [asked]
    [waiting] = waits_for(three[1], until)
    assert (waiting.words, waiting.late) == ("Not corrected by its day: “A playground by the river”", True)


def test_the_mail_of_the_day_says_what_was_corrected(asked, proposal, three, now) -> None:
    corrected(proposal, now + DAY)
    [waiting] = waits_for(three[1], now + DAY)
    assert (waiting.words, waiting.late) == ("Look again at “A playground by the river”, which was corrected", False)


def test_it_waits_for_nobody_who_sees_nothing_of_it(asked, proposal, three, now, rosa, clara) -> None:
    corrected(proposal, now + DAY)
    recuse(proposal, by=three[1], at=now + DAY, interest="family")
    for person in (three[1], rosa, clara):
        assert not Desk(person, now + DAY).corrections
        browser = signed_in(person)
        assert browser.post(f"{proposal.get_absolute_url()}correction/looked/").status_code == 403
    assert Correction.objects.standing().exists()


def test_who_goes_on_with_it_has_looked(asked, proposal, three, now) -> None:
    corrected(proposal, now + DAY)
    correcting.ask(proposal, by=three[1], at=now + 2 * DAY, reason="And what it costs.")
    asked.refresh_from_db()
    assert (asked.looked_by, asked.answer.number) == (three[1], 2)
    motions.move(proposal, by=three[2], at=now + 3 * DAY, outcome="reject", reason="It cannot be done.")
    last = Correction.objects.latest("pk")
    assert (last.looked_by, last.answer) == (three[2], None)


def test_nothing_is_corrected_under_a_decision_that_waits_to_be_public(proposal, three, now) -> None:
    motion = motions.move(proposal, by=three[0], at=now, outcome="shortlist", reason="The quay is ours.")
    motions.vote(motion, "for", by=three[1], at=now)
    browser, page = signed_in(three[2]), f"{proposal.get_absolute_url()}decision/"
    assert "Ask the author for a correction" not in words_on(browser.get(page))
    answer = browser.post(f"{proposal.get_absolute_url()}correction/", {"asked": "Make it dearer."})
    assert "The committee has decided on this proposal." in words_on(answer)
    assert "Make it dearer." in answer.text
    assert not Decision.objects.exists()


def test_what_was_typed_stays_where_the_day_is_refused(proposal, three, now) -> None:
    form = {"asked": ASKED, "until_0": "2027-02-01", "until_1": "10:00"}
    answer = signed_in(three[0]).post(f"{proposal.get_absolute_url()}correction/", form)
    assert answer.status_code == 422
    assert f"{ASKED}</textarea>" in answer.text
    assert 'value="2027-02-01"' in answer.text


def test_the_database_keeps_what_was_looked_at(asked, three, now) -> None:
    correcting.looked(asked.decision.proposal, by=three[1], at=now + DAY)
    rows = Correction.objects.filter(pk=asked.pk)
    acts = [rows.delete, lambda: rows.update(looked_at=None), lambda: rows.update(looked_by=three[2])]
    for act in acts:
        with pytest.raises(IntegrityError, match="a correction stays"), transaction.atomic():
            act()
    rows.update(looked_by=None)
    assert rows.get().looked_at == now + DAY
