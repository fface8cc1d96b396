"""A department is asked for its opinion; it accepts, hands on, gives back and answers, and the committee reads it."""

import re
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import Role, User
from audit.models import AuditEvent
from budgeting.people import RoleName
from committee import departments, handling
from committee.asking import ask
from committee.models import Department, Finding, Opinion, Station
from committee.recusing import recuse
from front.waiting import waits_for
from lib.refusal import Refused
from tests.cast import person, signed_in
from tests.databases import refused_by_the_database
from tests.keeping import kept
from tests.papers import words_on

DAY = timedelta(days=1)
LIST = "/me/department/"


@kept
def pavel(db) -> User:
    """He works for the department of parks."""
    return person("Pavel", RoleName.DEPARTMENT)


@kept
def parks(pavel: User, roads: Department, dora: User, clara: User) -> Department:
    """Roads may hand work on to it, and not the other way round."""
    made = departments.set_up(Department(), by=clara, name="Parks", people=[pavel.pk], hands_to=[])
    departments.set_up(roads, by=clara, name="Roads", people=[dora.pk], hands_to=[made.pk])
    return made


@kept
def opinion(proposal, roads, three, now) -> Opinion:
    return ask([proposal], roads, by=three[0], at=now, question="Is the quay firm?", due=now + 2 * DAY)[0]


def decision_on(proposal) -> str:
    return f"{proposal.get_absolute_url()}decision/"


def asked_on(proposal) -> str:
    return f"{proposal.get_absolute_url()}question/"


def way(opinion: Opinion) -> list[str]:
    return list(opinion.stations.values_list("kind", flat=True))


def answered(opinion: Opinion, by: User, at) -> Finding:
    said = {"verdict": "changes", "words": "On piles.", "cost": 12_000_50, "upkeep": 300_00}
    return handling.answer(opinion, by=by, at=at, begins=date(2027, 5, 1), **said)


# Asked ----------------------------------------------------------------------------------------------------------------


def test_a_member_asks_and_reads_the_answer_beside_the_cards(proposal, roads, dora, three, now) -> None:
    typed = {"department": roads.pk, "question": "Is the quay firm?", "due_0": "2027-02-25", "due_1": "17:00"}
    member = signed_in(three[0])
    assert "Roads is asked." in words_on(member.post(asked_on(proposal), typed, follow=True))
    opinion = Opinion.objects.get()
    said = {"verdict": "changes", "cost": "12,000.50", "upkeep": "300", "begins": "2027-05-01", "words": "On piles."}
    answer = signed_in(dora).post(f"{LIST}{opinion.pk}/", said, follow=True)
    assert "The committee has your answer." in words_on(answer)
    finding = Finding.objects.get()
    assert (finding.cost, finding.upkeep, finding.begins) == (12_000_50, 300_00, date(2027, 5, 1))
    page = words_on(signed_in(three[1]).get(decision_on(proposal)))
    for words in ("Is the quay firm?", "Roads has answered", "Feasible with changes", "€12,000.50", "On piles."):
        assert words in page


def test_a_clerk_asks_about_several_at_once(submitted, rosa, clara, roads, three, now) -> None:
    chosen = [submitted(rosa, title=title).pk for title in ("Bench", "Slide")]
    typed = {
        "proposals": chosen,
        "ask-department": roads.pk,
        "ask-question": "Is it yours?",
        "ask-due_0": "2027-02-25",
        "ask-due_1": "17:00",
    }
    answer = signed_in(clara).post("/desk/2027/work/questions/", typed, follow=True)
    assert "2 questions are asked." in words_on(answer)
    table = words_on(answer).partition("Questions with departments")[2]
    assert re.search(r"Roads the longest since \w+ \d+ \w+ 0 2", " ".join(table.split()))
    assert Opinion.objects.count() == 2


def test_what_was_typed_stays_where_it_is_refused(submitted, rosa, clara, roads, three, now) -> None:
    bench = submitted(rosa, title="Bench")
    typed = {"proposals": [bench.pk], "ask-department": roads.pk, "ask-question": "Is it yours?"}
    answer = signed_in(clara).post("/desk/2027/work/questions/", typed)
    assert answer.status_code == 422
    assert "Is it yours?" in answer.text
    assert "checked" in answer.text
    late = {"department": roads.pk, "question": "Is it yours?", "due_0": "2029-02-25", "due_1": "17:00"}
    answer = signed_in(three[0]).post(asked_on(bench), late)
    assert answer.status_code == 422
    assert "before the review closes" in words_on(answer)
    assert "Is it yours?" in answer.text


def test_a_department_is_asked_once_at_a_time_and_not_when_it_has_ended(opinion, proposal, roads, clara, three, now):
    again = {"by": three[1], "at": now, "question": "Is it?", "due": now + DAY}
    with pytest.raises(Refused, match=f"Roads has a question about these already: {proposal.number}"):
        ask([proposal], roads, **again)
    handling.give_back([opinion], by=User.objects.get(name="Dora"), at=now, reason="Ask the port.")
    departments.offer(roads, again=False, by=clara, at=now)
    with pytest.raises(Refused, match="Roads is asked nothing more"):
        ask([proposal], roads, **again)


@pytest.mark.sampled(2)
@pytest.mark.parametrize("who", ["rosa", "tomas", "ines", "otto", "dora"])
def test_others_ask_nothing(proposal, roads, now, who, request) -> None:
    browser = signed_in(request.getfixturevalue(who))
    typed = {"department": roads.pk, "question": "Is it?", "due_0": "2027-02-25", "due_1": "17:00"}
    assert browser.get(asked_on(proposal)).status_code == 403
    assert browser.post(asked_on(proposal), typed).status_code == 403
    assert browser.post("/desk/2027/work/questions/", {"proposals": [proposal.pk]}).status_code == 403
    assert not Opinion.objects.exists()


# The way it takes -----------------------------------------------------------------------------------------------------


def test_it_is_handed_on_and_given_back_step_by_step_each_with_a_reason(opinion, parks, dora, pavel, now) -> None:
    browser = signed_in(dora)
    to_parks = {"opinions": [opinion.pk], "what": "forward", "to": parks.pk}
    assert browser.post(LIST, {**to_parks, "reason": " "}).status_code == 422
    browser.post(LIST, {**to_parks, "reason": "It is a lawn."})
    assert [each.name for each in handling.way_of(opinion)] == ["Roads", "Parks"]
    assert browser.get(f"{LIST}{opinion.pk}/").status_code == 404
    other = signed_in(pavel)
    assert "“It is a lawn.”" in words_on(other.get(f"{LIST}{opinion.pk}/"))
    other.post(LIST, {"opinions": [opinion.pk], "what": "return", "reason": "It is paved."})
    assert [each.name for each in handling.way_of(opinion)] == ["Roads"]
    browser.post(LIST, {"opinions": [opinion.pk], "what": "return", "reason": "Ask the port."})
    assert handling.way_of(opinion) == []
    assert way(opinion) == ["asked", "forwarded", "returned", "returned"]


def test_nothing_goes_where_no_way_is_open(opinion, parks, roads, dora, pavel, now) -> None:
    handling.forward([opinion], parks, by=dora, at=now, reason="It is a lawn.")
    with pytest.raises(Refused, match="Parks hands nothing on to Roads"):
        handling.forward([opinion], roads, by=pavel, at=now, reason="It is not.")
    page = signed_in(pavel).get(f"{LIST}{opinion.pk}/")
    assert "Hand it on to" not in page.text
    typed = {"opinions": [opinion.pk], "what": "forward", "to": roads.pk, "reason": "It is not."}
    answer = signed_in(pavel).post(LIST, typed)
    assert answer.status_code == 422
    assert "It is not." in answer.text
    assert way(opinion) == ["asked", "forwarded"]


@pytest.mark.parametrize(
    ("kind", "department", "place"),
    [
        ("asked", "roads", 2),
        ("forwarded", "roads", 2),
        ("accepted", "parks", 2),
        ("answered", "roads", 2),
        ("returned", "parks", 2),
        ("accepted", "roads", 3),
        ("accepted", "roads", 1),
    ],
)
def test_the_database_lets_nothing_else_be_next(opinion, roads, parks, dora, now, kind, department, place) -> None:
    given = {"roads": roads, "parks": parks}[department]
    with pytest.raises(DatabaseError), transaction.atomic():
        Station.objects.create(
            opinion=opinion, place=place, kind=kind, department=given, reason="So.", by=dora, at=now, salt=b"1"
        )


@pytest.mark.parametrize("table", ["opinion", "station", "finding"])
@pytest.mark.parametrize("act", ["UPDATE committee_{} SET salt = '1'", "DELETE FROM committee_{}"])
def test_what_was_asked_and_answered_stays(opinion, dora, now, table: str, act: str) -> None:
    answered(opinion, dora, now)
    assert "may only be added to" in refused_by_the_database(act.format(table))


def test_nothing_follows_an_answer_or_a_question_that_came_back(opinion, parks, dora, pavel, now) -> None:
    handling.accept([opinion], by=dora, at=now)
    handling.accept([opinion], by=dora, at=now)
    answered(opinion, dora, now)
    assert way(opinion) == ["asked", "accepted", "answered"]
    for act in (handling.accept, handling.give_back):
        more = {"reason": "No."} if act is handling.give_back else {}
        with pytest.raises(Refused, match="has it no longer"):
            act([opinion], by=dora, at=now, **more)
    with pytest.raises(DatabaseError), transaction.atomic():
        Station.objects.create(
            opinion=opinion,
            place=4,
            kind="accepted",
            department=Department.objects.get(name="Roads"),
            by=dora,
            at=now,
            salt=b"1",
        )


# Who sees it ----------------------------------------------------------------------------------------------------------


def test_people_of_a_department_see_what_it_was_handed_and_nothing_else(
    opinion, proposal, submitted, rosa, parks, dora, pavel, three, now
) -> None:
    pond = submitted(rosa, title="A pond")
    other = ask([pond], parks, by=three[0], at=now, question="How deep?", due=now + DAY)[0]
    browser = signed_in(dora)
    page = words_on(browser.get(LIST))
    assert "Is the quay firm?" in page
    assert "A pond" not in page
    assert "How deep?" not in page
    assert browser.get(f"{LIST}{other.pk}/").status_code == 404
    assert browser.get(decision_on(proposal)).status_code == 403
    with pytest.raises(Refused, match="has it no longer"):
        handling.accept([other], by=dora, at=now)
    assert {each.path for each in waits_for(dora, now)} == {f"{LIST}{opinion.pk}/"}
    assert {each.path for each in waits_for(pavel, now)} == {f"{LIST}{other.pk}/"}


def test_an_author_gives_no_opinion_on_their_own(riverside_contest, submitted, roads, dora, three, now) -> None:
    own = submitted(dora, title="A bench")
    mine = ask([own], roads, by=three[0], at=now, question="Is it?", due=now + DAY)[0]
    browser = signed_in(dora)
    assert "A bench" not in words_on(browser.get(LIST))
    assert browser.get(f"{LIST}{mine.pk}/").status_code == 404
    with pytest.raises(Refused, match="a proposal of their own"):
        handling.give_back([mine], by=dora, at=now, reason="Mine.")


def test_a_recused_member_reads_no_opinion_and_counts_none(opinion, proposal, dora, three, now) -> None:
    answered(opinion, dora, now)
    recuse(proposal, by=three[2], at=now, interest="work")
    browser = signed_in(three[2])
    assert browser.get(decision_on(proposal)).status_code == 403
    assert browser.get(asked_on(proposal)).status_code == 403
    assert "Questions with departments" not in words_on(browser.get("/desk/2027/work/"))


def test_whoever_works_for_it_no_longer_gets_back_what_they_typed(opinion, dora, now) -> None:
    browser = signed_in(dora)
    Role.objects.filter(user=dora).update(ends=now)
    typed = {"verdict": "feasible", "words": "It is firm, I have measured it."}
    answer = browser.post(f"{LIST}{opinion.pk}/", typed)
    assert answer.status_code == 403
    assert "your role has ended" in words_on(answer)
    assert "It is firm, I have measured it." in words_on(answer)
    assert browser.get(f"{LIST}{opinion.pk}/").status_code == 404
    assert browser.get(LIST).status_code == 404
    assert not Finding.objects.exists()


def test_whoever_answers_what_was_handed_on_meanwhile_gets_it_back(opinion, parks, dora, now) -> None:
    handling.forward([opinion], parks, by=dora, at=now, reason="It is a lawn.")
    answer = signed_in(dora).post(f"{LIST}{opinion.pk}/", {"words": "It is firm."})
    assert answer.status_code == 403
    assert "has it no longer" in words_on(answer)
    assert "It is firm." in words_on(answer)


def test_a_draft_is_kept_for_whoever_types_it_alone(opinion, roads, dora, clara, now) -> None:
    dana = person("Dana", RoleName.DEPARTMENT)
    departments.set_up(roads, by=clara, name="Roads", people=[dora.pk, dana.pk], hands_to=[])
    signed_in(dora).post(f"{LIST}{opinion.pk}/", {"keep": "", "words": "So far.", "cost": "about 12"})
    page = signed_in(dora).get(f"{LIST}{opinion.pk}/").text
    assert "So far." in page
    assert "about 12" in page
    assert "So far." not in signed_in(dana).get(f"{LIST}{opinion.pk}/").text


# The desk, and the log ------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_the_longest_waiting_stands_first_and_what_is_late_is_counted(submitted, rosa, roads, dora, three, now) -> None:
    first, second = submitted(rosa, title="Bench"), submitted(rosa, title="Slide")
    ask([second], roads, by=three[0], at=now - 3 * DAY, question="Is it?", due=now - DAY)
    ask([first], roads, by=three[0], at=now, question="Is it?", due=now + DAY)
    page = words_on(signed_in(dora).get(LIST))
    assert page.index("Slide") < page.index("Bench")
    assert "1 is overdue." in page
    assert "Slide" not in words_on(signed_in(dora).get(f"{LIST}?q=bench"))
    assert [each.late for each in waits_for(dora, now)] == [True, False]
    assert "2 questions wait" in words_on(signed_in(dora).get("/desk/"))
    table = words_on(signed_in(three[0]).get("/desk/2027/work/")).partition("Questions with departments")[2]
    assert re.search(r"Roads the longest since \w+ \d+ \w+ 1 2", " ".join(table.split()))


def test_each_act_is_in_the_log_by_a_digest_alone(opinion, parks, dora, pavel, now) -> None:
    handling.accept([opinion], by=dora, at=now)
    handling.forward([opinion], parks, by=dora, at=now, reason="It is a lawn.")
    handling.give_back([opinion], by=pavel, at=now, reason="It is paved.")
    finding = answered(opinion, dora, now)
    log = AuditEvent.objects.filter(action__startswith="opinion").order_by("number")
    assert [each.action.removeprefix("opinion ") for each in log] == way(opinion)
    said = str([(each.object, each.facts) for each in log])
    for secret in ("quay", "lawn", "paved", "piles", "changes"):
        assert secret not in said
    assert log[0].facts["digest"] == opinion.digest
    assert log[4].facts["digest"] == finding.digest
    stations = list(opinion.stations.all())
    assert [each.facts["digest"] for each in log[1:4]] == [each.digest for each in stations[1:4]]


@pytest.mark.long
def test_thirty_questions_take_no_more_statements_than_three(submitted, rosa, roads, dora, three, now) -> None:
    places = ((dora, LIST), (dora, "/desk/"), (three[0], "/desk/2027/work/"))

    def statements() -> list[int]:
        counted = []
        for who, address in places:
            browser = signed_in(who)
            browser.get(address)
            with CaptureQueriesContext(connection) as asked:
                browser.get(address)
            counted.append(len(asked))
        return counted

    def put(number: int) -> None:
        made = [submitted(rosa) for _ in range(number)]
        opinions = ask(made, roads, by=three[0], at=now, question="Is it?", due=now + DAY)
        answered(opinions[0], dora, now)
        handling.accept(opinions[1:2], by=dora, at=now)

    put(3)
    few = statements()
    put(12)
    assert statements() == few
