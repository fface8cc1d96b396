"""Whoever may confirm hears what waits for them, and whoever proposed it what became of it."""

from datetime import datetime, timedelta

from accounts.models import Role, User
from budgeting import two
from budgeting.models import Cycle, JointAct, OneIsEnough
from budgeting.people import RoleName
from budgeting.two import Joint
from notices.kinds import Kind, Way
from notices.models import Choice, Happening
from notices.models.happening import unread_by
from residents.models import Claim
from tests.cast import enrol, person, signed_in
from tests.keeping import kept
from tests.papers import words_on
from tests.told import text_of, to

HOUR = timedelta(hours=1)


@kept
def now(at) -> datetime:
    """A morning of the vote."""
    return at("voting").replace(hour=9, minute=0)


@kept
def claim(rosa: User, tomas: User, cycle: Cycle, riverside, now: datetime) -> Claim:
    return Claim.file(enrol(rosa, cycle, riverside), tomas, "letter", by=tomas, at=now)


@kept
def sketched(claim: Claim, cycle: Cycle) -> JointAct:
    return two.sketch(Joint.SETTLE_CLAIM, on=claim, cycle=cycle, granted=True, reason="Showed a card.")


@kept
def act(sketched: JointAct, clara: User, now: datetime) -> JointAct:
    return two.propose(sketched, by=clara, at=now)


def test_whoever_may_confirm_hears_that_it_waits(otto, ines, rosa, martin, act, clara, now, told) -> None:
    mails = told(now)
    assert sorted(mail["To"] for mail in mails) == [ines.email, otto.email]
    [mail] = to(mails, otto.email)
    assert mail["Subject"] == f"For a second person: {two.name_of(act)}"
    assert clara.named in text_of(mail)
    assert f"/desk/acts/{act.pk}/" in text_of(mail)
    assert told(now + HOUR) == []


def test_whose_role_is_taken_away_meanwhile_hears_nothing(otto, ines, act, now, told) -> None:
    night = now.replace(hour=23)
    assert told(night) == [], "nothing of this goes at night"
    Role.objects.filter(user=otto).delete()
    assert [mail["To"] for mail in told(night + 9 * HOUR)] == [ines.email]


def test_nor_is_anybody_told_of_what_is_settled_by_then(otto, ines, sketched, clara, now, told) -> None:
    night = now.replace(hour=23)
    act = two.propose(sketched, by=clara, at=night)
    told(night)
    two.confirm(act, by=otto, at=night)
    told(night)
    mails = told(night + 9 * HOUR)
    assert [(mail["To"], mail["Subject"][:9]) for mail in mails] == [(clara.email, "Confirmed")]


def test_the_bell_rings_no_more_for_what_is_settled(otto, ines, act, now, told) -> None:
    told(now)
    assert [unread_by(each) for each in (otto, ines)] == [1, 1]
    two.withdraw(act, by=otto, at=now)
    told(now)
    assert [unread_by(each) for each in (otto, ines)] == [0, 0]


def test_nor_for_what_is_settled_before_anybody_was_told(otto, ines, act, now, told) -> None:
    two.withdraw(act, by=otto, at=now)
    told(now)
    assert unread_by(ines) == 0


def test_whose_role_is_new_confirms_nothing_and_hears_nothing(act, clara, now, told) -> None:
    new = person("Nadia")
    new.grant(RoleName.CLERK, by=clara, at=now - HOUR)
    assert told(now) == []


def test_whoever_proposed_it_hears_that_it_was_confirmed(otto, act, clara, now, told) -> None:
    told(now)
    two.confirm(act, by=otto, at=now)
    [mail] = to(told(now), clara.email)
    assert mail["Subject"] == f"Confirmed, and done: {two.name_of(act)}"
    assert otto.named in text_of(mail)


def test_or_turned_down_in_their_language(otto, act, clara, now, told) -> None:
    clara.language = "fr"
    clara.save()
    told(now)
    two.withdraw(act, by=otto, at=now)
    [mail] = told(now)
    assert mail["Subject"].strip().startswith("Refusé, et pas fait")


def test_who_works_here_no_longer_hears_nothing_of_what_they_proposed(otto, act, clara, now, told) -> None:
    told(now)
    two.withdraw(act, by=otto, at=now)
    Role.objects.filter(user=clara).delete()
    assert told(now) == []


def test_whoever_takes_it_back_knows(otto, act, clara, now, told) -> None:
    told(now)
    two.withdraw(act, by=clara, at=now)
    assert told(now) == []


def test_where_one_is_enough_nobody_hears_of_waiting(otto, sketched, clara, now, told) -> None:
    OneIsEnough.objects.create(reason="One clerk.", announced_by=clara, announced_at=now - timedelta(days=2))
    two.propose(sketched, by=clara, at=now)
    told(now)
    assert not Happening.objects.filter(kind__in=[Kind.ACT_WAITS, Kind.ACT_SETTLED]).exists()


def test_it_can_be_switched_off_by_whoever_works_here_and_by_nobody_else(otto, ines, act, rosa, now, told) -> None:
    title = "An act of two waits for a second person"
    assert title in words_on(signed_in(otto).get("/me/notices/ways/"))
    assert title not in words_on(signed_in(rosa).get("/me/notices/ways/"))
    Choice.make(otto.pk, Kind.ACT_WAITS, Way.NOTHING)
    assert [mail["To"] for mail in told(now)] == [ines.email]
