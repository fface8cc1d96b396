"""How the committee of the demo city prepares a round: set up, given out, and half of its cards filled in."""

from datetime import datetime

from django.utils.timezone import localtime

from accounts.models import User
from budgeting.calendar import Window
from budgeting.models import Cycle
from committee import assigning, cards, departments, handling, questions, setting_up
from committee.asking import ask
from committee.calendar import Kind, StepWindow
from committee.deadlines import within_a_week
from committee.forms.cards import CardForm, name_of
from committee.models import Department, Question
from committee.steps import set_steps
from demo import content
from demo.dates import within
from demo.town import Town
from proposals.models import Proposal

QUORUM = 2
COMMENT = "The veterinary office has not allowed it."  # a no needs one


def set_up_departments(town: Town) -> None:
    """First each by its name, since they hand work on to each other."""
    made = {one.name: _department(town, one) for one in town.city.departments}
    for one in town.city.departments:
        _department(town, one, made[one.name], hands_to=[made[name].pk for name in one.hands_to])


def _department(
    town: Town, one: content.Department, department: Department | None = None, hands_to: list[int] | None = None
) -> Department:
    people = [town.people[town.city.sign_ins[key]].pk for key in one.people]
    return departments.set_up(
        department or Department(), by=town.clerk, name=one.name, people=people, hands_to=hands_to or []
    )


def set_up_committee(town: Town, cycle: Cycle, review: Window) -> None:
    """A chair and a deputy, for whom they sit there, the questions of their cards, and two steps with dates.

    The assessment lasts as long as the review: so some of it may be decided on while the rest is still looked at.
    """
    chair, deputy, _third = town.members
    setting_up.set_up(
        cycle,
        None,
        by=town.clerk,
        quorum=QUORUM,
        chair=chair.pk,
        deputies=[deputy.pk],
        chair_breaks_ties=True,
        steps_in=[],
    )
    committee = setting_up.found(cycle, None)
    for seat in town.city.seats:
        holder = town.people[town.city.sign_ins[seat["holder"]]].pk
        setting_up.give_seat(
            committee, by=town.clerk, stands_for=seat["stands_for"], holder=holder, since=None, until=None
        )
    questions.start_from_the_set(cycle, by=town.clerk)
    checked, decided = (_morning(within(review, share, town.now)) for share in (0.45, 0.75))
    steps = [StepWindow(Kind.FORMAL, review.opens, checked)]
    if review.closes:
        steps.append(StepWindow(Kind.DECISION, decided, review.closes))
    set_steps(cycle, steps, by_two=True, by=town.clerk)


def _morning(moment: datetime) -> datetime:
    """Of that day in the city, as a clerk would announce it."""
    return localtime(moment).replace(hour=8, minute=0, second=0, microsecond=0)


def prepare(town: Town, proposal: Proposal, one: content.Proposal, review: Window) -> None:
    """Give it to those who prepare it, fill in what they have answered by now, and ask the department."""
    given = within(review, 0.15, town.now)
    for key in one.prepared_by:
        due = within_a_week(proposal.cycle, town.now)
        assigning.assign([proposal], _person(town, key), by=town.clerk, at=given, due=due)
    for card in one.cards:
        at = within(review, 0.35 if card.step == Kind.FORMAL else 0.7, town.now)
        _fill_in(town, proposal, card, at)
    if one.asked:
        _ask(town, proposal, one.asked, review)


def _fill_in(town: Town, proposal: Proposal, card: content.Card, at: datetime) -> None:
    """Handed in where every question has its answer, and confirmed by another where one has looked at it."""
    member, asked = _person(town, card.by), list(Question.objects.on_the_card(proposal.cycle, card.step))
    typed = {
        question.pk: (said, COMMENT if said == Question.Said.NO else "")
        for question, said in zip(asked, card.says, strict=False)
    }
    kept = cards.keep(proposal, Kind(card.step), typed, version=0, by=member, at=at)
    if len(card.says) < len(asked):
        return
    data = {name_of(key): said for key, (said, _comment) in typed.items()}
    comments = {f"{name_of(key)}-comment": comment for key, (_said, comment) in typed.items()}
    form = CardForm(asked, proposal.cycle.currency, typed, data | comments)
    if not form.is_valid():
        raise ValueError(form.errors.as_json())
    cards.hand_in(kept, form.numbers, by=member, at=at)
    if card.confirmed_by:
        cards.confirm(kept, by=_person(town, card.confirmed_by), at=at)


def _ask(town: Town, proposal: Proposal, asked: content.Asked, review: Window) -> None:
    """With a week from today for the answer, where there is none yet."""
    department, at = Department.objects.get(name=asked.department), within(review, 0.5, town.now)
    due = within_a_week(proposal.cycle, town.now)
    [opinion] = ask([proposal], department, by=town.committee, at=at, question=asked.question, due=due)
    if asked.verdict:
        answered, person = within(review, 0.65, town.now), departments.people_of(department).get()
        handling.answer(opinion, by=person, at=answered, verdict=asked.verdict, words=asked.words, cost=asked.cost)


def _person(town: Town, key: str) -> User:
    return town.people[town.city.sign_ins[key]]
