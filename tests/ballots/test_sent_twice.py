"""C9: what is sent twice, by a reload or by two clerks, is done once; the second is told so in a sentence."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.urls import URLPattern

from accounts.models import User
from audit.models import AuditEvent
from ballots import counting, key, superseding, urls
from ballots.models import BallotBoxKey, Ceremony, KeyGivenUp, Rehearsal
from budgeting.models import Contest, Cycle, Draw, JointAct
from lib.refusal import Refused
from proposals.models import Decision
from tests import together
from tests.cast import propose, put_on_paper, signed_in
from tests.papers import source_of
from tests.tables import our_models
from tests.vote import cast, turn_the_database

BOX = "/2027/box/"


def name(cycle: Cycle) -> str:
    return key.name_of(bytes(BallotBoxKey.objects.get(cycle=cycle).public_key))


@pytest.fixture
def made(cycle: Cycle, riverside_contest: Contest, clara: User, ines: User, otto: User, at) -> dict[str, Any]:
    """What Clara has sent to make the key, which all its holders have taken their sheets of."""
    at("presenting")
    sent = {"key-holders": [clara.pk, ines.pk, otto.pk], "key-threshold": 2, "key-replaces": ""}
    together.make_key(signed_in(clara), [clara, ines, otto])
    return sent


def test_c9_the_form_of_the_key_sent_again_begins_no_other(made, cycle, clara) -> None:
    page = source_of(signed_in(clara).post(f"{BOX}key/", made, follow=True))
    assert "The key has been made already" in page
    assert "make a new key in its place" in page
    assert Ceremony.objects.count() == 1


def test_c9_a_second_key_names_the_one_it_replaces_and_asks(made, cycle, clara, ines, otto) -> None:
    before, claras = name(cycle), signed_in(clara)
    desk = source_of(claras.get(BOX))
    assert f'value="{before}"' in desk
    assert "This replaces the key made" in desk
    again = made | {"key-replaces": before}
    refused = claras.post(f"{BOX}key/", again)
    assert refused.status_code == 422
    assert "throw it away" in source_of(refused)
    assert Ceremony.objects.count() == 1
    together.make_key(claras, [clara, ines, otto], **{"key-replaces": before, "key-sure": "on"})
    assert name(cycle) != before
    third = source_of(claras.post(f"{BOX}key/", again | {"key-sure": "on"}, follow=True))
    assert "Meanwhile the box has another key" in third
    assert AuditEvent.objects.filter(action="key made").count() == 2


def test_a_key_that_was_rehearsed_with_is_given_up_by_two(shares, cycle, clara, otto, ines, at) -> None:
    at("presenting")
    before, claras = name(cycle), signed_in(clara)
    sent = {"key-holders": [clara.pk, ines.pk], "key-threshold": 2, "key-replaces": before, "key-sure": "on"}
    assert "two people give it up first" in source_of(claras.post(f"{BOX}key/", sent, follow=True))
    page = source_of(claras.post(f"{BOX}key/end/", {"giving_up-reason": "A sheet is lost."}, follow=True))
    assert before in page
    assert "Ines" in page
    act = JointAct.objects.get()
    signed_in(otto).post(f"{act.get_absolute_url()}confirmation/")
    assert not BallotBoxKey.objects.exists()
    given_up = KeyGivenUp.objects.get()
    assert (given_up.reason, given_up.by, given_up.confirmed_by) == ("A sheet is lost.", clara, otto)
    assert "A sheet is lost." in source_of(claras.get(BOX))
    together.make_key(claras, [clara, ines])
    assert name(cycle) != before


def test_the_database_too_keeps_a_key_that_was_rehearsed_with(shares, cycle) -> None:
    with pytest.raises(DatabaseError, match="rehearsed with stay"), transaction.atomic():
        cycle.box_key.delete()
    with pytest.raises(DatabaseError, match="rehearsed with"), transaction.atomic():
        BallotBoxKey.objects.update(public_key=b"another")
    with pytest.raises(DatabaseError, match="given up by two people"), transaction.atomic():
        Rehearsal.objects.all().delete()


def test_a_key_is_not_given_up_once_voting_has_opened(voting, cycle, clara_and_otto) -> None:
    with pytest.raises(Refused, match="before voting opens"):
        key.give_up(cycle, by=clara_and_otto, at=voting, reason="A sheet is lost.")


# Every step of the box, one after the other -------------------------------------------------------------------------


@pytest.fixture
def steps(
    cycle: Cycle,
    riverside_contest: Contest,
    hillside_contest: Contest,
    clara: User,
    ines: User,
    otto: User,
    martin: User,
    rosa_may_vote: User,
    at: Callable[[str], Any],
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[[], Any]:
    """Each POST of the desk in the order in which they come, each with what is to be sent."""

    def walk() -> Any:
        moment = at("reviewing")
        for proposal in propose(riverside_contest):
            Decision.objects.create(proposal=proposal, outcome="shortlist", reason="Good.", by=martin, at=moment)
        ahead = f"{at('presenting') + timedelta(hours=1):%Y-%m-%dT%H:%M}"
        drawn = {"use": "ties", "what": "The lottery", "drawn_by": "The state", "takes_place": ahead}
        yield "box_draws", f"{BOX}draws/", drawn
        yield "box_paper", f"{BOX}paper/riverside/", {}
        yield "box_no_vote", f"{BOX}no-vote/", {"no_vote-contest": hillside_contest.pk, "no_vote-reason": "Empty."}
        confirm_all(otto)
        wrong = {"outcome": "shortlist", "cost": 110_000_00, "reason": "A figure was wrong."}
        project = riverside_contest.proposals.get(title="Playground")
        found = superseding.correct(riverside_contest, project, by=martin, at=at("presenting"), **wrong)
        yield "box_successor", f"{BOX}paper/riverside/successor/", {"reason": "A figure.", "named": f"[{found.pk}]"}
        confirm_all(otto)
        holders = {"key-holders": [clara.pk, ines.pk, otto.pk], "key-threshold": 2}
        yield "box_key", f"{BOX}key/", holders
        yield "box_ceremony_end", f"{BOX}ceremonies/1/end/", {}
        words = together.make_key(signed_in(clara), [clara, ines, otto])
        together.give_words(signed_in(clara), "rehearsal", (clara, words[0]), (ines, words[1]))
        yield "box_key_end", f"{BOX}key/end/", {"giving_up-reason": "Lost."}
        confirm_all(otto)
        yield "box_key", f"{BOX}key/", holders
        with together.attended():
            shown = yield "box_sheet_print", f"{BOX}sheet/print/", {}
            words = [together.words_on(shown.content.decode())]
            yield "box_sheet_words", f"{BOX}sheet/words/", {"words": words[0]}
            words += [together.take_sheet(signed_in(holder)) for holder in (ines, otto)]
        yield "box_rehearsal", f"{BOX}rehearsal/", {}
        yield from give(words[0], (ines, words[1]))
        turn_the_database(at("voting"))
        said = {"seed": "3 9 11", "source": "The paper"}
        yield "box_seed", f"{BOX}draws/{Draw.objects.get().pk}/", said
        confirm_all(otto)
        cast(riverside_contest, {1: 1}, by=rosa_may_vote)
        yield "box_pause", f"{BOX}pause/", {"pause-reason": "Letters were stolen."}
        yield "box_resumption", f"{BOX}resumption/", {"resumption-reason": "They are void."}
        confirm_all(otto)
        later = {"extension-until_0": "2027-06-01", "extension-until_1": "20:00", "extension-reason": "Away."}
        yield "box_extension", f"{BOX}extension/", later
        confirm_all(otto)
        yield "box_closing", f"{BOX}closing/", {"ending-reason": "A flood."}
        confirm_all(otto)
        at("counting")
        yield "box_opening", f"{BOX}opening/", {}
        yield from give(words[0], (otto, words[2]))
        with monkeypatch.context() as broken:
            broken.setattr(counting, "count", lambda *_given: 1 / 0)
            uncounted = {"no_result-contest": riverside_contest.pk, "no_result-reason": "The count fails."}
            yield "box_no_result", f"{BOX}no-result/", uncounted
            confirm_all(otto)
        yield "box_count", f"{BOX}count/riverside/", {}
        yield "box_destruction", f"{BOX}destruction/", {"destruction-witnesses": "Ines and Otto"}

    return walk


def give(claras: str, other: tuple[User, str]) -> Any:
    """Clara gives her words, and another holder theirs."""
    with together.attended() as at_work:
        yield "box_sheet_words", f"{BOX}sheet/words/", {"words": claras}
        signed_in(other[0]).post(f"{BOX}sheet/words/", {"words": other[1]})
        assert not at_work.look()


def confirm_all(by: User) -> None:
    """Twice, as well."""
    for act in JointAct.objects.filter(settled_at=None):
        for _ in range(2):
            signed_in(by).post(f"{act.get_absolute_url()}confirmation/")
        act.refresh_from_db()
        assert act.confirmed


NOT_OF_A_STEP = {"ballots_count": {"at"}}  # what a count keeps of its own moment is asked in tests/results


def kept() -> dict[str, list[Any]]:
    """All rows there are, but for the sessions and second factors of whoever signs in."""
    rows = {}
    for model in our_models():
        if model._meta.app_label in ("ballots", "budgeting", "audit", "proposals"):
            left_out = NOT_OF_A_STEP.get(model._meta.db_table, set())
            columns = [field.attname for field in model._meta.concrete_fields if field.attname not in left_out]
            found = [tuple(map(plain, row)) for row in model._base_manager.values_list(*columns)]
            rows[model._meta.db_table] = sorted(found, key=repr)
    return rows


def plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value


@pytest.mark.long
def test_c9_every_step_of_the_box_sent_twice_is_done_once(steps, clara) -> None:
    claras, seen = signed_in(clara), set()
    walk = steps()
    route, address, sent = next(walk)
    while True:
        first = claras.post(address, sent)
        assert first.status_code in (200, 302), f"{address}: {source_of(first)}"
        before = kept()
        second = claras.post(address, sent, follow=True)
        assert second.status_code in (200, 422), address
        assert kept() == before, f"{address} sent twice did something more"
        seen.add(route)
        try:
            route, address, sent = walk.send(first)
        except StopIteration:
            break
    posts = {path.name for path in urls.urlpatterns if isinstance(path, URLPattern) and path.name.startswith("box_")}
    assert seen == posts - {"box_file", "box_sheet"}


def test_two_papers_frozen_at_once_are_one(cycle, riverside_contest) -> None:
    put_on_paper(riverside_contest)
    with pytest.raises(DatabaseError), transaction.atomic():
        put_on_paper(riverside_contest)
