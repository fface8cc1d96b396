"""The holders of the key come together (T-29), each in a session of their own: to make it, to rehearse, to open."""

import logging
import re
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from audit.models import AuditEvent
from ballots import ceremony, keeper, key
from ballots.compared import ceremonies
from ballots.models import BallotBoxKey, Ceremony, Opening, Part, Rehearsal
from ballots.sealing import PrivateKey, Share, seal
from ballots.vouching import info
from front.waiting import waits_for
from lib.refusal import Refused
from tests.cast import signed_in
from tests.papers import source_of
from tests.together import BOX, attended, give_words, make_key, take_sheet, words_on
from tests.told import text_of, to
from tests.vote import cast

HOLDERS = {"key-threshold": 2}


@pytest.fixture
def clerk(clara) -> Client:
    return signed_in(clara)


@pytest.fixture
def called(clara, ines, otto, cycle, at) -> Ceremony:
    """Clara has called Ines, Otto and herself together to make the key."""
    return ceremony.begin_key(cycle, [clara, ines, otto], by=clara, at=at("presenting"), threshold=2)


def shown(holder: Client) -> str:
    return words_on(holder.post(f"{BOX}sheet/print/").content.decode())


# The key is made -----------------------------------------------------------------------------------------------------


def test_nobody_sees_anothers_sheet_and_with_the_last_one_the_key_is_in_force(called, clerk, ines, otto, cycle) -> None:
    with attended(called) as at_work:
        sheets = {}
        for name, holder in {"clara": clerk, "ines": signed_in(ines), "otto": signed_in(otto)}.items():
            assert not BallotBoxKey.objects.exists()
            answer = holder.post(f"{BOX}sheet/print/")
            assert "no-store" in answer.headers["Cache-Control"]
            assert source_of(answer).count('class="sheet"') == 1
            sheets[name] = words_on(answer.content.decode())
            for page in (BOX, f"{BOX}sheet/"):
                assert not any(words in source_of(holder.get(page)) for words in sheets.values())
            holder.post(f"{BOX}sheet/words/", {"words": sheets[name].upper()})
        assert not at_work.look()
    assert len({len(words.split()) for words in sheets.values()} | {12}) == len(set(sheets.values())) - 2 == 1
    made = BallotBoxKey.objects.get()
    assert [holder.holder.name for holder in made.holders.all()] == ["Clara", "Ines", "Otto"]
    shares = [Share.typed(number, words) for number, words in enumerate(sheets.values(), start=1)]
    assert key.unlock(made, shares[1:]).public_key == bytes(made.public_key)
    acts = list(AuditEvent.objects.values_list("action", flat=True))
    assert acts.count("sheet shown") == acts.count("sheet taken") == 3
    assert acts[-1] == "key made"
    assert "Every holder took their sheet" in source_of(clerk.get(f"{BOX}sheet/"))


def test_neither_database_nor_log_ever_holds_a_share(called, clerk, ines, cycle, caplog) -> None:
    caplog.set_level(logging.DEBUG)
    with attended(called), connection.cursor() as cursor:
        statements: list[str] = []
        with connection.execute_wrapper(
            lambda run, sql, given, many, more: statements.append(f"{sql} {given}") or run(sql, given, many, more)
        ):
            words = [take_sheet(clerk), shown(signed_in(ines))]
        tables = [f"{row}" for table in ("ceremony", "part") for row in _rows(cursor, table)]
        rest = "".join(
            [*statements, *tables, caplog.text, *map(str, AuditEvent.objects.values_list("facts", flat=True))]
        )
        for number, sheet in enumerate(words, start=1):
            share = Share.typed(number, sheet)
            for form in (sheet, share.secret.hex(), repr(share.secret)[2:-1], str(list(share.secret))[1:-1]):
                assert form not in rest
        assert (
            repr(bytes(Part.objects.get(number=1).commitment, "ascii"))[2:-1] in rest
        )  # so that what is there is found


def _rows(cursor, table: str) -> list[object]:
    cursor.execute(f"SELECT t::text FROM ballots_{table} t")
    return cursor.fetchall()


def test_a_sheet_is_shown_in_one_session_alone_and_only_until_it_is_typed_back(called, ines, clerk) -> None:
    with attended(called):
        hers, thief = signed_in(ines), signed_in(ines)
        assert shown(hers) == shown(hers) != ""
        assert Part.objects.filter(holder=ines, asked_with=b"", vouched="", answer=b"").exists()  # nothing is left
        assert shown(thief) == ""
        thief.cookies["session"] = hers.cookies["session"].value  # as it stands in the database
        assert thief.get(f"{BOX}sheet/").status_code == 200
        assert shown(thief) == ""
        assert "in another session" in source_of(thief.get(f"{BOX}sheet/"))
        words = shown(hers)
        assert "Let your sheet be shown first" in source_of(thief.post(f"{BOX}sheet/words/", {"words": words}))
        hers.post(f"{BOX}sheet/words/", {"words": words})
        assert shown(hers) == ""
        assert Part.objects.get(holder=ines).done_at


def test_who_takes_the_last_sheet_has_the_key_put_in_force(called) -> None:
    with attended(called):
        made = [
            ceremony.take(part, ceremony.show(part, "a session").words, "a session", at=called.begun_at)
            for part in called.parts.all()
        ]
    assert made == [None, None, BallotBoxKey.objects.get()]


def test_a_sheet_that_is_typed_back_twice_was_taken_the_first_time(called, ines) -> None:
    with attended(called):
        hers, first = Part.objects.get(holder=ines), called.begun_at + timedelta(minutes=1)
        words = ceremony.show(hers, "her session").words
        ceremony.take(hers, words, "her session", at=first)
        with pytest.raises(Refused, match="taken already"):
            ceremony.take(hers, words, "her session", at=first + timedelta(minutes=1))
    assert Part.objects.get(holder=ines).done_at == first


def test_what_is_typed_back_wrongly_is_named_and_nothing_is_taken(called, clerk, ines) -> None:
    with attended(called):
        hers = signed_in(ines)
        words, claras = shown(hers), shown(clerk)
        for wrong, said in {
            words.replace(words.split()[4], "qwerty", 1): "“qwerty” is not one of the words.",
            words.rsplit(" ", 1)[0]: "there are twelve words, you typed 11.",
            claras: "These are the words of sheet 1, which Clara &lt;",
            "": "This field is required.",
        }.items():
            answer = hers.post(f"{BOX}sheet/words/", {"words": wrong})
            assert answer.status_code == 422
            assert said in source_of(answer)
            assert f'hx-get="{BOX}sheet/"' in source_of(answer)
        assert not Part.objects.exclude(done_at=None).exists()
        assert AuditEvent.objects.filter(action="shares refused").count() == 3


def test_a_sheet_of_a_beginning_that_was_broken_off_is_refused_by_its_name(called, clerk, ines, otto, clara) -> None:
    with attended(called) as at_work:
        old = take_sheet(signed_in(ines))
        assert "The sheets that were shown in it are worthless" in source_of(
            clerk.post(f"{BOX}ceremonies/1/end/", follow=True)
        )
        assert not at_work.look()
    assert "destroy it" in source_of(signed_in(ines).get(f"{BOX}sheet/"))
    assert "A clerk broke it off." in source_of(clerk.get(BOX))
    assert "Beginning 1" not in source_of(clerk.get(f"{BOX}sheet/"))
    make_key(clerk, [clara, ines, otto])
    clerk.post(f"{BOX}rehearsal/")
    with attended():
        answer = signed_in(ines).post(f"{BOX}sheet/words/", {"words": old})
        assert "This sheet is of beginning 1, whose key is not in force." in source_of(answer)


def test_the_key_there_is_stays_in_force_until_the_last_sheet_of_its_successor(
    called, clerk, clara, ines, otto
) -> None:
    with attended(called):
        for holder in (clara, ines, otto):
            take_sheet(signed_in(holder))
    before = BallotBoxKey.objects.get()
    form = {
        "key-holders": [clara.pk, ines.pk],
        "key-threshold": 2,
        "key-replaces": key.name_of(bytes(before.public_key)),
    }
    clerk.post(f"{BOX}key/", form | {"key-sure": "on"})
    with attended():
        take_sheet(clerk)
        assert BallotBoxKey.objects.get() == before
        take_sheet(signed_in(ines))
    assert BallotBoxKey.objects.get() != before


def test_where_voting_has_opened_meanwhile_the_last_sheet_makes_no_key(
    called, clerk, ines, otto, at, monkeypatch
) -> None:
    with attended(called):
        take_sheet(clerk)
        take_sheet(signed_in(ines))
        last = signed_in(otto)
        words = shown(last)
        at("voting")
        monkeypatch.setattr("ballots.models.ceremony.LASTS", timedelta(days=9999))
        assert "before voting opens" in source_of(last.post(f"{BOX}sheet/words/", {"words": words}))
    assert not BallotBoxKey.objects.exists()


def test_who_asks_twice_at_once_has_the_sheet_shown_once_and_no_alarm_raised(called, ines) -> None:
    with attended(called) as at_work, pytest.MonkeyPatch.context() as meanwhile:
        hers, second = signed_in(ines), []
        hers.get(f"{BOX}sheet/")

        def ask_again() -> None:
            meanwhile.setattr(ceremony, "pause", at_work.look)
            second.append(shown(hers))

        meanwhile.setattr(ceremony, "pause", ask_again)
        assert "asked for twice at once" in source_of(hers.post(f"{BOX}sheet/print/", follow=True))
        assert second == [shown(hers)]


# Who is asked, and who is not ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["rosa", "martin", "ines"])
def test_to_everybody_else_there_is_no_such_page(who, cycle, clara, otto, at, request) -> None:
    ceremony.begin_key(cycle, [clara, otto], by=clara, at=at("presenting"), threshold=2)
    with attended():
        stranger = signed_in(request.getfixturevalue(who))
        assert stranger.get(f"{BOX}sheet/").status_code == 404
        for act in ("print/", "words/"):
            assert stranger.post(f"{BOX}sheet/{act}").status_code == 404
        assert stranger.post(f"{BOX}ceremonies/1/end/").status_code == 404


def test_whoever_is_asked_is_led_there_from_their_desk(called, ines) -> None:
    with attended(called):
        hers = signed_in(ines)
        for page in ("/desk/", BOX):
            assert f'href="{BOX}sheet/"' in source_of(hers.get(page))
        assert [waiting.path for waiting in waits_for(ines, called.begun_at)] == [f"{BOX}sheet/"]
        take_sheet(hers)
        for page in ("/desk/", BOX):
            assert f'href="{BOX}sheet/"' not in source_of(hers.get(page))
        assert waits_for(ines, called.begun_at) == []


def test_the_holders_are_together_once_at_a_time(called, clerk, clara, ines, cycle, at) -> None:
    with attended(called):
        clerk.post(f"{BOX}key/", HOLDERS | {"key-holders": [clara.pk, ines.pk]})
        assert Ceremony.objects.count() == 1
        assert "The holders are together already" in source_of(clerk.get(BOX))
        with pytest.raises(IntegrityError), transaction.atomic():
            Ceremony.objects.create(cycle=cycle, kind="opening", number=2, threshold=2, begun_at=at("presenting"))


# Rehearsed and opened ------------------------------------------------------------------------------------------------


def test_as_many_as_it_takes_open_the_box_each_from_where_they_sit(
    riverside_paper, clerk, clara, ines, otto, rosa_may_vote, riverside_contest, at
) -> None:
    at("presenting")
    words = make_key(clerk, [clara, ines, otto])
    give_words(clerk, "rehearsal", (clara, words[0]), (otto, words[2]))
    assert Rehearsal.objects.get().share_numbers == [1, 3]
    at("voting")
    cast(riverside_contest, {1: 1}, by=rosa_may_vote)
    clerk.post(f"{BOX}opening/")
    assert "once voting has closed" in source_of(clerk.get(BOX))
    at("counting")
    clerk.post(f"{BOX}opening/")
    with attended() as at_work:
        his = signed_in(otto)
        his.post(f"{BOX}sheet/words/", {"words": words[2]})
        assert at_work.look()
        assert not Opening.objects.exists()
        assert "Your words are given" in source_of(his.get(f"{BOX}sheet/"))
        again = source_of(his.post(f"{BOX}sheet/words/", {"words": words[2]}, follow=True))
        assert "done already; there is nothing more to do" in again
        signed_in(ines).post(f"{BOX}sheet/words/", {"words": words[1]})
        assert "The box is being opened" in source_of(clerk.get(BOX))
        for late, act in ((clerk, "ceremonies/3/end/"), (clerk, "sheet/words/")):
            answer = late.post(f"{BOX}{act}", {"words": words[0]}, follow=True)
            assert "Enough holders have given their words" in source_of(answer)
        assert not at_work.look()
    assert Opening.objects.get().share_numbers == [2, 3]
    assert Opening.objects.get().by == clara
    assert set(Part.objects.values_list("sealed", "answer", "asked_with")) == {(b"", b"", b"")}
    clerk.post(f"{BOX}opening/")
    assert "The box has been opened." in source_of(clerk.get(BOX))


def test_a_box_that_does_not_agree_with_its_board_stays_shut_and_all_are_told_why(
    voting, shares, clerk, otto, ines, rosa_may_vote, riverside_contest, at
) -> None:
    cast(riverside_contest, {1: 1}, by=rosa_may_vote)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE ballots_castslot SET first = first + 1 WHERE slot = (SELECT min(slot) FROM ballots_castslot)"
        )
    at("counting")
    give_words(clerk, "opening", (ines, shares[1].words), (otto, shares[2].words))
    assert not Opening.objects.exists()
    for page in (clerk.get(BOX), signed_in(otto).get(f"{BOX}sheet/")):
        assert "residents voted online, but have no envelope" in source_of(page)
    assert Ceremony.objects.get().end == "refused"


def test_an_error_nobody_foresaw_ends_it_and_tells_the_log_no_more_than_its_kind(
    shares, clerk, ines, otto, at, monkeypatch, caplog
) -> None:
    at("presenting")
    monkeypatch.setattr(key, "rehearse", lambda *_given, **_more: {}[shares[1].words])
    give_words(clerk, "rehearsal", (ines, shares[1].words), (otto, shares[2].words))
    assert "an error that nobody foresaw" in source_of(clerk.get(BOX))
    assert "KeyError" in caplog.text
    assert shares[1].words.split()[0] not in caplog.text


def test_it_is_not_ended_while_words_are_given_or_a_sheet_is_taken(shares, clerk, ines, clara, cycle, at) -> None:
    at("presenting")
    clerk.post(f"{BOX}rehearsal/")
    with attended(), CaptureQueriesContext(connection) as asked:
        ceremony.give(Part.objects.get(holder=ines), shares[1].words, at=at("presenting"))
    assert _locks_the_ceremony(asked)
    with CaptureQueriesContext(connection) as asked, pytest.raises(Refused):
        ceremony.take(Part.objects.get(holder=clara), shares[0].words, "her session", at=at("presenting"))
    assert _locks_the_ceremony(asked)


def _locks_the_ceremony(asked: CaptureQueriesContext) -> bool:
    return any('FROM "ballots_ceremony"' in each["sql"] and "FOR UPDATE" in each["sql"] for each in asked)


def test_no_words_are_taken_before_its_program_is_there(shares, clerk, ines, at) -> None:
    at("presenting")
    clerk.post(f"{BOX}rehearsal/")
    with pytest.raises(Refused, match="still being prepared"):
        ceremony.give(Part.objects.get(holder=ines), shares[1].words, at=at("presenting"))


def test_where_the_database_is_away_nothing_is_said_to_have_been_done(shares, clerk, ines, otto, at, monkeypatch):
    at("presenting")
    away = DatabaseError("away")
    monkeypatch.setattr(key, "rehearse", lambda *_given, **_more: (_ for _ in ()).throw(away))
    with pytest.raises(DatabaseError):
        give_words(clerk, "rehearsal", (ines, shares[1].words), (otto, shares[2].words))
    assert Ceremony.objects.get().is_on


# When it does not come to its end ------------------------------------------------------------------------------------


def test_who_does_not_come_within_a_day_is_waited_for_no_longer(called, clerk, ines, clara, monkeypatch) -> None:
    with attended(called) as at_work:
        take_sheet(signed_in(ines))
        monkeypatch.setattr("ballots.models.ceremony.LASTS", timedelta(0))
        assert not at_work.look()
    assert "Too few holders came within a day." in source_of(clerk.get(BOX))
    assert "It has ended" not in source_of(clerk.get(f"{BOX}sheet/"))
    assert ceremony.begin_key(called.cycle, [clara, ines], by=clara, at=called.begun_at, threshold=2).number == 2


def test_what_its_program_knew_ends_with_it_and_another_never_takes_it_up(called, clerk, ines, clara) -> None:
    with attended(called):
        take_sheet(clerk)
    with keeper.keeping(called) as another:
        assert another
        assert not another.take_up()
    assert "ended with the server" in source_of(clerk.get(BOX))
    with pytest.raises(Refused, match="has ended with the server"):
        ceremony.show(Part.objects.get(holder=ines), "her session")
    assert "A clerk begins anew" in source_of(signed_in(ines).post(f"{BOX}sheet/print/", follow=True))
    ceremony.begin_key(called.cycle, [clara, ines], by=clara, at=called.begun_at, threshold=2)
    assert list(Ceremony.objects.values_list("end", flat=True)) == ["lost", ""]


def test_the_worker_starts_a_program_for_it_once_and_not_again_when_that_is_gone(called, monkeypatch) -> None:
    started: list[str] = []
    ends: list[int | None] = [None]
    monkeypatch.setattr(keeper, "_started", {})
    monkeypatch.setattr(
        keeper.subprocess, "Popen", lambda words: started.append(words[-1]) or SimpleNamespace(poll=lambda: ends[-1])
    )
    for _look in range(2):
        keeper.start_what_waits()
    with attended(called):
        pass
    ends.append(1)
    keeper.start_what_waits()
    assert started == [str(called.pk)]


def test_two_programs_never_keep_one_ceremony(called) -> None:
    with attended(called), keeper.keeping(called) as second:
        assert second is None


def test_where_no_worker_runs_the_clerk_is_told(called, clerk, at) -> None:
    assert "It is being prepared" in source_of(clerk.get(BOX))
    Ceremony.objects.update(begun_at=called.begun_at - timedelta(minutes=1))
    assert "is the worker running?" in source_of(clerk.get(BOX))


def test_a_program_that_does_not_answer_is_said_and_asked_again(called, ines) -> None:
    with attended(called), pytest.MonkeyPatch.context() as silent:
        silent.setattr(ceremony, "pause", lambda: None)
        silent.setattr(ceremony, "PATIENCE", 3)
        assert "does not answer" in source_of(signed_in(ines).post(f"{BOX}sheet/print/", follow=True))


def test_its_program_leaves_no_core_and_lets_nobody_read_its_memory(monkeypatch) -> None:
    done: list[object] = []
    monkeypatch.setattr(keeper.resource, "setrlimit", lambda *limit: done.append(limit))
    monkeypatch.setattr(keeper.ctypes, "CDLL", lambda _name: SimpleNamespace(prctl=lambda *given: done.append(given)))
    keeper._leave_no_trace()
    assert done == [(resource.RLIMIT_CORE, (0, 0)), (4, 0, 0, 0, 0)]  # PR_SET_DUMPABLE


# Whoever writes the database -----------------------------------------------------------------------------------------


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def test_of_a_ceremony_that_somebody_altered_nothing_is_believed(called, ines, otto, rosa, cycle) -> None:
    """Else the key in the making, the keeper's by which words are read, and who is asked are the liar's to choose."""
    theirs, his = key.new(cycle, 2, 3)[0], signed_in(otto)
    of_another = {"public_key": theirs.public_key, "test_envelope": theirs.test_envelope}
    lies = [
        (Ceremony, {"keeper": theirs.public_key}),
        (Ceremony, {"kind": "opening"}),
        (Ceremony, {"threshold": 3}),
        (Ceremony, {"replaces": "another"}),
        (Ceremony, {"begun_by": ines.pk}),
        (Ceremony, {"begun_at": called.begun_at + timedelta(days=1)}),
        (Ceremony, of_another | {"test_digest": theirs.test_digest}),
        (Part, {"holder": rosa.pk}),
        (Part, {"commitment": theirs.commitments[1]}),
    ]
    with attended(called) as at_work:
        words = shown(his)
        for table, lie in lies:
            with undone():
                table.objects.filter(**{"number": 2} if table is Part else {}).update(**lie)
                assert "altered since it was begun" in source_of(his.post(f"{BOX}sheet/words/", {"words": words})), lie
                assert shown(his) == ""
                assert not at_work.look()
                assert "altered since it was begun" in Ceremony.objects.get().said
        assert shown(his) == words


def test_what_was_altered_before_its_program_came_is_not_taken_up(called) -> None:
    """With a threshold of one each sheet would open the box, whatever is written there afterwards."""
    Ceremony.objects.update(threshold=1)
    with keeper.keeping(called) as at_work:
        assert at_work
        assert not at_work.take_up()
    assert "altered since it was begun" in Ceremony.objects.get().said


def test_a_sheet_is_handed_to_nobody_who_only_writes_the_database(called) -> None:
    with attended(called) as at_work:
        liar = PrivateKey(b"a liar's key ...").public_key
        Part.objects.filter(number=2).update(asked_with=liar, vouched=called.vouched, shown_in="s")
        at_work.look()
        assert not Part.objects.exclude(answer=b"").exists()


def test_a_sheet_that_another_session_saw_is_of_no_use_even_where_that_was_wiped_away(called, ines) -> None:
    with attended(called):
        thief = signed_in(ines)
        assert shown(thief)
        Part.objects.update(shown_in="")
        assert shown(signed_in(ines)) == ""
    assert "in a second session" in Ceremony.objects.get().said


def test_a_sheet_that_somebody_else_hands_out_is_not_shown(called, ines, cycle, monkeypatch) -> None:
    _, shares = key.new(cycle, 2, 3)
    with attended(called):

        def lie() -> None:
            part = Part.objects.get(holder=ines)
            sealed = seal(shares[1].secret, bytes(part.asked_with), info(part, "shown"))
            Part.objects.filter(pk=part.pk).update(answer=sealed)

        monkeypatch.setattr(ceremony, "pause", lie)
        assert "altered on its way to you" in source_of(signed_in(ines).post(f"{BOX}sheet/print/", follow=True))


def test_what_was_given_opens_for_no_other_part(shares, clerk, ines, otto, at) -> None:
    at("presenting")
    clerk.post(f"{BOX}rehearsal/")
    with attended() as at_work:
        signed_in(ines).post(f"{BOX}sheet/words/", {"words": shares[1].words})
        given = Part.objects.get(holder=ines)
        Part.objects.filter(holder=otto).update(sealed=bytes(given.sealed), done_at=given.done_at)
        assert not at_work.look()
    assert "altered on their way" in source_of(clerk.get(BOX))


def test_a_share_given_to_another_ceremony_is_worthless(shares, clerk, ines, otto, at) -> None:
    """Replayed from a copy of the database, it does not even open: each ceremony has a key of its own."""
    at("presenting")
    clerk.post(f"{BOX}rehearsal/")
    with attended():
        signed_in(ines).post(f"{BOX}sheet/words/", {"words": shares[1].words})
        given = Part.objects.get(holder=ines)
        assert "keep their sheets" in source_of(clerk.post(f"{BOX}ceremonies/1/end/", follow=True))
    clerk.post(f"{BOX}rehearsal/")
    with attended() as at_work:
        Part.objects.filter(ceremony__number=2, holder=ines).update(sealed=bytes(given.sealed), done_at=given.done_at)
        signed_in(otto).post(f"{BOX}sheet/words/", {"words": shares[2].words})
        assert not at_work.look()
    assert Rehearsal.objects.count() == 1


def test_a_part_of_a_ceremony_that_ended_takes_nothing(called, ines, at) -> None:
    with attended(called):
        words = shown(signed_in(ines))
        ceremony.break_off(called, by=called.begun_by, at=called.begun_at)
        with pytest.raises(Refused, match="has ended meanwhile: A clerk broke it off"):
            ceremony.take(Part.objects.get(holder=ines), words, "s", at=called.begun_at)
        with pytest.raises(Refused, match="has ended already"):
            ceremony.break_off(called, by=called.begun_by, at=called.begun_at)


def test_what_has_ended_is_neither_taken_up_again_nor_written_otherwise(called, ines) -> None:
    with attended(called):
        shown(signed_in(ines))
        ceremony.break_off(called, by=called.begun_by, at=called.begun_at)
    for table, lie in (
        (Ceremony, {"ended_at": None, "end": ""}),
        (Ceremony, {"threshold": 1}),
        (Part, {"shown_in": ""}),
        (Part, {"done_at": called.begun_at}),
    ):
        with pytest.raises(IntegrityError, match="has ended"), transaction.atomic():
            table.objects.update(**lie)
    with pytest.raises(IntegrityError, match="has ended"), transaction.atomic():
        called.parts.all()._raw_delete("default")


def test_each_sheet_says_of_which_beginning_and_of_which_key_it_is(called, clerk) -> None:
    with attended(called):
        sheet = source_of(clerk.post(f"{BOX}sheet/print/"))
        called.refresh_from_db()
        assert "Beginning 1, " in sheet
        assert key.name_of(bytes(called.public_key)) in sheet
        assert re.search(r"Any 2 of 3 sheets", sheet)


def test_the_holders_are_told_by_mail_where_their_sheet_is_asked_for_and_no_word_of_it(
    called, told, ines, otto
) -> None:
    with attended(called):
        mails = told(called.begun_at)
        assert sorted(mail["To"] for mail in mails) == sorted([ines.email, otto.email])
        said = text_of(to(mails, ines.email)[0])
        assert f"{BOX}sheet/" in said
        assert "making of the key" in said
        assert "by mail or by telephone" in said
        assert told(called.begun_at + timedelta(hours=1)) == []


def test_no_key_comes_into_force_with_a_sheet_that_is_only_said_to_be_taken(called, clerk, ines, otto) -> None:
    with attended(called):
        take_sheet(clerk)
        assert _of_the_log() == []
        Part.objects.filter(holder=ines).update(done_at=called.begun_at, vouched=Part.objects.get(number=1).vouched)
        assert _of_the_log() == ["the taking of a sheet of"]
        his = signed_in(otto)
        answer = his.post(f"{BOX}sheet/words/", {"words": shown(his)})
        assert "altered since it was begun" in source_of(answer)
    assert not BallotBoxKey.objects.exists()


def _of_the_log() -> list[str]:
    return [sentence.partition(" budgeting")[0] for sentence in ceremonies()]
