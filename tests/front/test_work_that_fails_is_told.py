"""Clerks hear that work beside the pages fails, and the desk shows it, in words and with what there is to do."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.utils.module_loading import autodiscover_modules
from django_tasks import TaskResultStatus, task
from django_tasks_db.models import DBTaskResult

from accounts.models import Role, User
from front import works_fail
from front.waiting import waits_for
from lib import jobs
from lib.troubles import _called, troubles
from tests.cast import person, signed_in
from tests.papers import words_on
from tests.told import text_of, to

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


full: list[str] = []  # disks


def publish() -> None:
    if full:
        raise OSError(f"{full[0]} is full")


@pytest.fixture
def now(at, db, monkeypatch) -> datetime:
    """A morning."""
    moment = at("voting").replace(hour=9, minute=0)
    monkeypatch.setattr("lib.clock.now", lambda: moment)
    return moment


@pytest.fixture
def board(monkeypatch) -> jobs.PeriodicWork:
    """Work that fails."""
    full[:] = ["the disk of Rosa"]
    work = jobs.PeriodicWork(publish, MINUTE, "publish the boards")
    monkeypatch.setattr(jobs, "PERIODIC", [work])
    monkeypatch.setattr("lib.troubles.PERIODIC", [work])
    return work


@pytest.fixture
def the_look(told):
    def look(moment) -> list:
        works_fail.look(moment)
        return told(moment)

    return look


def test_clerks_hear_of_it_in_words_and_once(board, clara, otto, now, the_look) -> None:
    board.do_if_due(now)
    [mail] = the_look(now)
    assert (mail["To"], mail["Subject"]) == (clara.email, "The site fails to: publish the boards")
    assert "tried again by itself" in text_of(mail)
    assert "Rosa" not in text_of(mail), "what went wrong stands in the log, not in a mail"
    for minutes in (1, 2, 61, 62):
        board.do_if_due(now + minutes * MINUTE)
        assert the_look(now + minutes * MINUTE) == [], "not again while it goes on"


def test_once_it_goes_nobody_hears_of_it_and_when_it_fails_again_they_do(board, clara, now, the_look) -> None:
    board.do_if_due(now)
    full.clear()
    board.do_if_due(now + MINUTE)
    assert the_look(now + MINUTE) == []
    for hours in (1, 2):
        full[:] = ["a disk"]
        board.do_if_due(now + hours * HOUR)
        assert len(the_look(now + hours * HOUR)) == 1
        full.clear()
        board.do_if_due(now + hours * HOUR + MINUTE)


def test_what_is_mended_by_the_morning_is_told_to_nobody(board, clara, now, told) -> None:
    night = now.replace(hour=23)
    board.do_if_due(night)
    works_fail.look(night)
    assert told(night) == []
    full.clear()
    board.do_if_due(night + MINUTE)
    assert told(night + 9 * HOUR) == []


def test_in_one_hour_it_is_told_once_however_often_it_begins_anew(board, clara, now, the_look) -> None:
    for minutes in (0, 2, 4):
        full[:] = ["a disk"]
        board.do_if_due(now + minutes * MINUTE)
        assert len(the_look(now + minutes * MINUTE)) == (minutes == 0)
        full.clear()
        board.do_if_due(now + (minutes + 1) * MINUTE)


def test_a_worker_that_is_started_anew_and_succeeds_takes_the_sign_away(board, now) -> None:
    board.do_if_due(now)
    assert [(each.words, each.since) for each in troubles(now)] == [("publish the boards", now)]
    replace(board, last_turn=None, failure="").do_if_due(now + MINUTE)
    assert [each.since for each in troubles(now)] == [now], "still since then"
    full.clear()
    replace(board, last_turn=None, failure="").do_if_due(now + 2 * MINUTE)
    assert troubles(now) == []


@task()
def make_minutes() -> None: ...


@pytest.fixture
def failed(db, now) -> DBTaskResult:
    """A task that was tried as often as it is, and failed."""
    found = DBTaskResult.objects.get(pk=make_minutes.enqueue().id)
    found.status, found.worker_ids = TaskResultStatus.FAILED, ["one"] * jobs.ATTEMPTS
    found.started_at = found.finished_at = now - MINUTE
    found.save()
    return found


def test_a_task_that_failed_for_good_is_told_with_what_to_do(failed, clara, now, the_look, monkeypatch) -> None:
    monkeypatch.setitem(_called, make_minutes.module_path, "make the minutes")
    [mail] = the_look(now)
    assert mail["Subject"] == "The site fails to: make the minutes"
    assert "Ask for it again" in text_of(mail)
    page = words_on(signed_in(clara).get("/desk/"))
    assert "Work that fails" in page
    assert "Make the minutes" in page
    assert troubles(now + 2 * DAY) == []


def test_everything_that_fails_waits_for_clerks_and_for_nobody_else(failed, board, clara, otto, now) -> None:
    board.do_if_due(now)
    words = [each.words for each in waits_for(clara, now)]
    assert [each for each in words if "publish the boards" in each]
    assert [each for each in words if "make_minutes" in each]
    assert waits_for(otto, now) == []


def test_one_that_is_tried_again_has_not_failed(failed, now) -> None:
    DBTaskResult.objects.update(worker_ids=["one"])
    assert troubles(now) == []


def test_nor_one_of_which_another_was_done_since(failed, now) -> None:
    DBTaskResult.objects.create(
        task_path=failed.task_path, args_kwargs={}, backend_name="default", run_after=now,
        status=TaskResultStatus.SUCCESSFUL, started_at=now, finished_at=now,
    )  # fmt: skip
    assert troubles(now) == []


def test_whose_role_is_over_hears_nothing(failed, clara, now, told) -> None:
    night = now.replace(hour=23)
    works_fail.look(now)
    assert told(night) == []
    Role.objects.filter(user=clara).delete()
    assert told(night + 9 * HOUR) == []


def test_nobody_else_hears_of_it_and_only_a_clerk_sees_it(failed, clara, otto, now, the_look) -> None:
    person("Nadia")
    assert [mail["To"] for mail in the_look(now)] == [clara.email]
    assert to(the_look(now), otto.email) == []
    assert "Work that fails" not in words_on(signed_in(otto).get("/desk/"))


def test_everything_the_worker_does_is_called_something() -> None:
    autodiscover_modules("tasks")
    assert [work.name for work in jobs.PERIODIC if not work.words and work.name.partition(".")[0] != "tests"] == []
    assert "results.tasks.make_report" in _called


def test_in_their_language(failed, clara, now, the_look, monkeypatch) -> None:
    User.objects.filter(pk=clara.pk).update(language="fr")
    assert str(the_look(now)[0]["Subject"]).strip().startswith("Le site n’arrive pas à :")
