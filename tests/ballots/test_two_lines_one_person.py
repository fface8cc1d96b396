"""Two lines of the register are one person's: joined by two, with account, letter and ballot (finding V4)."""

import io

import pytest
from django.db import transaction

from accounts.models import User
from audit.models import AuditEvent
from ballots import board, chain, roll, stocktaking
from ballots.casting import Receipt
from ballots.models import Envelope, OpenedBallot, Participation, SetAside
from ballots.opening import export, open_box
from budgeting.models import Cycle, JointAct
from notices.models import Mail, Undelivered
from residents import lost_register, register_import
from residents.birth_dates import birth_date_of
from residents.digests import identifier_digest, person_digest
from residents.letters import make_codes
from residents.models import JoinedLine, LetterCode, Resident, Verification
from tests.cast import enrol, open_elsewhere, put_on_paper, signed_in
from tests.databases import refused_by_the_database
from tests.keeping import kept
from tests.papers import words_on
from tests.smtp import MailServer, Step
from tests.verifier import looked_at
from tests.vote import cast

PAGE = "/desk/2027/register/lines/"
HEADER = "identifier;name;birth_date;district\n"


@kept
def other(rosa_may_vote: User, tomas: User, cycle: Cycle, riverside) -> User:
    """A second account of Rosa's, tied to a second line of hers."""
    enrol(tomas, cycle, riverside)
    return tomas


def line_of(user: User) -> Resident:
    return user.verifications.get().resident


def joined(clara: User, otto: User, ended: Resident, stays: Resident) -> str:
    """Clara proposes it, Otto confirms what she saw. The page he saw."""
    typed = {"ended": ended.pk, "stays": stays.pk, "reason": "The card shows both numbers."}
    act = signed_in(clara).post(PAGE, typed).url
    second = signed_in(otto)
    seen = words_on(second.get(act))
    second.post(f"{act}confirmation/")
    assert JointAct.objects.filter(kind="join two lines of a register").latest("pk").confirmed
    return seen


@kept
def both_voted(voting, rosa_may_vote, other, riverside_contest) -> tuple[Receipt, Receipt]:
    """The receipts of both ballots: the second comes from the line that will end."""
    return cast(riverside_contest, {1: 1}, by=rosa_may_vote), cast(riverside_contest, {2: 1}, by=other)


def test_v4_where_both_lines_voted_the_ballot_under_the_line_that_stays_counts(
    both_voted, rosa, other, clara, otto, cycle, shares, at, riverside_contest
) -> None:
    counts, aside = both_voted
    board.publish(riverside_contest)
    seen = joined(clara, otto, line_of(other), line_of(rosa))
    assert "Is set aside" in seen
    assert Envelope.objects.count() == 2, "the other envelope stays in the box"
    assert SetAside.objects.get().fingerprint == aside.fingerprint
    moment = at("counting")
    opening = open_box(cycle, shares[:2], by=clara, at=moment)
    account = opening.reconciliation["riverside"]
    assert (account["voters"], account["set_aside"], account["board"]["envelopes"]) == (1, 1, 1)
    assert account["channels"]["online"]["envelopes"] == 1
    assert list(OpenedBallot.objects.values_list("content", "ballots")) == [("1:1", 1)]
    final = riverside_contest.batches.get(final=True)
    assert final.set_aside == [aside.fingerprint]
    assert f"\nx {aside.fingerprint}\n" in chain.text_of(final)
    assert stocktaking.errors(riverside_contest) == []
    assert chain.in_force(riverside_contest.batches.all()) == {counts.fingerprint}


def test_v4_the_board_says_to_whoever_has_the_receipt_that_it_was_set_aside(
    both_voted, rosa, other, clara, otto, client
) -> None:
    joined(clara, otto, line_of(other), line_of(rosa))
    said = words_on(client.post("/2027/board/", {"receipt": str(both_voted[1])}))
    assert "was set aside" in said
    assert "was set aside" not in words_on(client.post("/2027/board/", {"receipt": str(both_voted[0])}))


def test_v4_the_independent_verifier_knows_what_was_set_aside(
    both_voted, rosa, other, clara, otto, cycle, shares, at, riverside_contest, tmp_path
) -> None:
    joined(clara, otto, line_of(other), line_of(rosa))
    open_box(cycle, shares[:2], by=clara, at=at("counting"))
    box, listed = export(riverside_contest), chain.list_of(chain.in_force(riverside_contest.batches.all()))
    done = open_elsewhere(tmp_path, box, listed, shares[:2])
    assert "1  1:1" in done.stdout
    assert "1  set aside" in done.stdout
    batches = {f"{each.number}.txt": chain.text_of(each) for each in riverside_contest.batches.all()}
    folder = tmp_path / "published"
    folder.mkdir()
    for name, text in {"paper.json": riverside_contest.paper.manifest, "box.json": box, **batches}.items():
        (folder / name).write_text(text)
    (folder / "list.txt").write_text(listed)
    assert looked_at(folder).frauds == []
    aside = both_voted[1].fingerprint
    lying = box.replace(f'"set_aside":["{aside}"]', f'"set_aside":["{both_voted[0].fingerprint}"]')
    assert lying != box
    assert "counts what was set aside" in open_elsewhere(tmp_path, lying, listed, shares[:2]).stderr


def test_v4_whoever_had_the_other_account_is_told(both_voted, rosa, other, clara, otto, mailoutbox) -> None:
    joined(clara, otto, line_of(other), line_of(rosa))
    told = {each.to[0]: each.body for each in mailoutbox if each.subject.startswith("Your line")}
    assert told.keys() == {rosa.email, other.email}
    assert "was set aside" in told[other.email]
    assert "no longer" in told[other.email]
    assert "was set aside" not in told[rosa.email]
    assert "as before" in told[rosa.email]


def test_v4_nothing_of_that_mail_is_kept_as_it_says_who_has_voted(
    both_voted, rosa, other, clara, otto, told, mail_server: MailServer, at
) -> None:
    now = at("voting")
    told(now)
    joined(clara, otto, line_of(other), line_of(rosa))
    mail_server.refuse(Step.RCPT, "550 5.1.1 Nobody of this name")
    assert told(now) == []
    kept = [bytes(mail.content or b"") for mail in Mail.objects.all()]
    assert not [content for content in kept if b"set aside" in content]
    assert Undelivered.objects.get().mails == 2


def test_v4_a_ballot_under_the_line_that_ends_goes_along_where_the_other_has_none(
    voting, rosa_may_vote, other, riverside_contest, clara, otto, cycle, shares, at
) -> None:
    """Rosa voted under the line that ends, and votes again under the other: it is one vote."""
    cast(riverside_contest, {2: 1}, by=other)
    assert "Goes along" in joined(clara, otto, line_of(other), line_of(rosa_may_vote))
    assert Envelope.objects.get().resident_id == line_of(rosa_may_vote).pk
    assert Participation.objects.get().resident_id == line_of(rosa_may_vote).pk, "so that it is known whose hand it was"
    cast(riverside_contest, {3: 1}, by=rosa_may_vote)
    open_box(cycle, shares[:2], by=clara, at=at("counting"))
    assert list(OpenedBallot.objects.values_list("content", "ballots")) == [("3:1", 1)]


def test_v4_a_ballot_in_another_district_is_set_aside(
    hillside_paper, voting, rosa_may_vote, tomas, riverside_contest, cycle, clara, otto, shares, at
) -> None:
    hillside_contest = hillside_paper.contest
    enrol(tomas, cycle, hillside_contest.district)
    cast(riverside_contest, {1: 1}, by=rosa_may_vote)
    cast(hillside_contest, {1: 1}, by=tomas)
    joined(clara, otto, line_of(tomas), line_of(rosa_may_vote))
    opening = open_box(cycle, shares[:2], by=clara, at=at("counting"))
    assert opening.reconciliation["hillside"]["set_aside"] == 1
    assert opening.reconciliation["hillside"]["voters"] == 0
    assert opening.reconciliation["riverside"]["voters"] == 1


def test_v4_a_ballot_for_the_whole_city_goes_along_beside_one_in_the_district(
    voting, rosa_may_vote, other, riverside_contest, city_wide_contest
) -> None:
    put_on_paper(city_wide_contest)
    cast(riverside_contest, {1: 1}, by=rosa_may_vote)
    cast(city_wide_contest, {1: 1}, by=other)
    lines = line_of(other).pk, line_of(rosa_may_vote).pk
    assert [each["fate"] for order in (lines, lines[::-1]) for each in roll.fates(*order)] == [roll.GOES_ALONG] * 2


def test_v4_the_account_goes_along_to_a_line_that_has_none(rosa_may_vote, cycle, riverside, clara, otto, at) -> None:
    moment = at("presenting")
    ended = line_of(rosa_may_vote)
    ended.removed_at = moment
    ended.save()
    digests = {"identifier_digest": b"n" * 32, "person_digest": ended.person_digest}
    stays = Resident.objects.create(cycle=cycle, district=riverside, age_band="30-44", **digests)
    make_codes([stays], by=None, at=moment)
    assert f"Join #{ended.pk} to #{stays.pk}" in words_on(signed_in(clara).get(PAGE))
    joined(clara, otto, ended, stays)
    assert Verification.of(rosa_may_vote, cycle).resident == stays
    assert not LetterCode.objects.live().exists(), "as where a document was shown"
    event = AuditEvent.objects.get(action="lines joined")
    assert (event.facts["ended"], event.facts["stays"], event.facts["confirmed_by"]) == (ended.pk, stays.pk, otto.pk)


def test_v4_the_letter_goes_along_to_a_line_that_has_none(cycle, register, clara, otto, tomas, at) -> None:
    ended, stays = register("30-44", 2)
    [(code, _reference)] = make_codes([ended], by=None, at=at("presenting"))
    joined(clara, otto, ended, stays)
    made = LetterCode.redeem(code, by=tomas, at=at("presenting"))
    assert made.resident == stays


def on_register(cycle: Cycle, riverside, number: str) -> Resident:
    """A line of Rosa Lund's."""
    who = person_digest(cycle, "Rosa Lund", birth_date_of("1985-01-01"))
    digests = {"identifier_digest": identifier_digest(cycle, number), "person_digest": who}
    return Resident.objects.create(cycle=cycle, district=riverside, age_band="30-44", **digests)


@pytest.mark.parametrize(("numbers", "rejected"), [(["12345", "12346"], [2]), (["12346"], []), (["12345"], [])])
def test_v4_a_file_brings_no_joined_line_back(cycle, riverside, clara, otto, at, numbers, rejected) -> None:
    """Whichever of the two identifiers a later file has, the line that stays is kept, once."""
    moment = at("presenting")
    ended, stays = on_register(cycle, riverside, "12345"), on_register(cycle, riverside, "12346")
    joined(clara, otto, ended, stays)
    text = HEADER + "".join(f"{number};Rosa Lund;1985-01-01;Riverside\n" for number in numbers)
    made = register_import.preview(cycle, io.BytesIO(text.encode()), by=None, at=moment)
    assert [fault["line"] for fault in made.rejected] == rejected
    register_import.confirm(made, by=None, at=moment)
    assert Resident.objects.on_register(cycle).get() == stays
    assert Resident.objects.count() == 2
    for number in ("12345", "12346"):
        assert Resident.matching(cycle, number, "Rosa Lund", birth_date_of("1985-01-01")) == stays


@pytest.mark.parametrize(("numbers", "rejected"), [(["1", "2"], [3]), (["2", "1"], [3]), (["1", "3", "2"], [2, 4])])
def test_v4_a_file_with_two_second_names_of_one_line_keeps_the_line(
    cycle, riverside, clara, otto, at, numbers, rejected
) -> None:
    """Three lines were hers. What the file says of her is taken once, and the line that stays is not gone."""
    moment = at("presenting")
    one, two, stays = (on_register(cycle, riverside, number) for number in "123")
    for ended in (one, two):
        joined(clara, otto, ended, stays)
    text = HEADER + "".join(f"{number};Rosa Lund;1985-01-01;Riverside\n" for number in numbers)
    made = register_import.preview(cycle, io.BytesIO(text.encode()), by=None, at=moment)
    assert [fault["line"] for fault in made.rejected] == rejected
    assert (made.new, made.gone) == (0, 0)
    register_import.confirm(made, by=None, at=moment)
    assert Resident.objects.on_register(cycle).get() == stays


def test_v4_one_alone_joins_nothing(both_voted, rosa, other, clara) -> None:
    ended, stays = line_of(other), line_of(rosa)
    act = signed_in(clara).post(PAGE, {"ended": ended.pk, "stays": stays.pk, "reason": "Both are hers."}).url
    signed_in(clara).post(f"{act}confirmation/")
    assert not JoinedLine.objects.exists()
    said = refused_by_the_database(
        f"UPDATE residents_resident SET removed_at = now() WHERE id = {ended.pk};"
        "INSERT INTO residents_joinedline (ended_id, stays_id, act_id, by_id, confirmed_by_id, reason, at) SELECT "
        f"{ended.pk}, {stays.pk}, id, proposed_by_id, {other.pk}, 'Both are hers.', now() FROM budgeting_jointact"
    )
    assert "two people join lines" in said


def test_v4_nobody_joins_a_line_of_their_own(voting, rosa_may_vote, other, clara, cycle, riverside) -> None:
    enrol(clara, cycle, riverside)
    typed = {"ended": line_of(clara).pk, "stays": line_of(other).pk, "reason": "Mine."}
    assert "for others to decide" in words_on(signed_in(clara).post(PAGE, typed))
    assert not JointAct.objects.exists()


def test_v4_after_the_close_no_lines_are_joined(both_voted, rosa, other, clara, at) -> None:
    at("counting")
    typed = {"ended": line_of(other).pk, "stays": line_of(rosa).pk, "reason": "Both are hers."}
    assert "has closed" in words_on(signed_in(clara).post(PAGE, typed))


def test_v4_the_database_keeps_what_was_joined(both_voted, rosa, other, clara, otto) -> None:
    ended, stays = line_of(other), line_of(rosa)
    aside, counts = both_voted[1].fingerprint, both_voted[0].fingerprint
    assert "an envelope stays with its resident" in refused_by_the_database(
        f"UPDATE ballots_envelope SET resident_id = {stays.pk}, contest_id = contest_id WHERE fingerprint = '{aside}'"
    )
    joined(clara, otto, ended, stays)
    twice = f"FROM ballots_envelope, residents_joinedline j WHERE fingerprint = '{counts}'"
    for statement, said in {
        f"UPDATE residents_resident SET removed_at = NULL WHERE id = {ended.pk}": "joined with another",
        "UPDATE residents_joinedline SET reason = 'x'": "stay so",
        "DELETE FROM residents_joinedline": "stay so",
        "DELETE FROM ballots_setaside": "only be added to",
        f"UPDATE ballots_envelope SET channel = 'paper' WHERE fingerprint = '{aside}'": "was set aside",
        "INSERT INTO ballots_setaside (contest_id, fingerprint, joined_id, at)"
        f" SELECT contest_id, fingerprint, j.id, now() {twice}": "counts in its place",
    }.items():
        assert said in refused_by_the_database(statement), statement


def test_v4_the_database_leaves_no_ballot_behind(both_voted, rosa, other, clara, otto, monkeypatch) -> None:
    """As somebody would who joins the lines and forgets the ballots."""
    monkeypatch.setattr("budgeting.registry.carry_along", lambda *about: None)
    ended, stays = line_of(other), line_of(rosa)
    act = signed_in(clara).post(PAGE, {"ended": ended.pk, "stays": stays.pk, "reason": "Both are hers."}).url
    with transaction.atomic():
        signed_in(otto).post(f"{act}confirmation/")
        assert "left behind" in refused_by_the_database("SET CONSTRAINTS ALL IMMEDIATE")
        transaction.set_rollback(True)


def test_where_nobody_has_voted_a_register_is_begun_anew_with_lines_joined_too(
    cycle, register, clara, otto, riverside_paper, at
) -> None:
    ended, stays = register("30-44", 2)
    at("presenting")
    joined(clara, otto, ended, stays)
    lost_register.begin_anew(cycle, at=at("presenting"))
    assert not Resident.objects.exists()
