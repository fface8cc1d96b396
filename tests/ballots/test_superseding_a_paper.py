"""A frozen paper that was wrong is superseded before the vote, by two people, and nothing else slips in."""

import hashlib
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.models import User
from audit.models import AuditEvent
from ballots import paper, superseding
from ballots.models import BallotLine, BallotPaper, Correction, Envelope, NoVote, SupersededPaper
from budgeting import two
from budgeting.models import Contest, JointAct
from budgeting.two import Joint, Two
from lib.refusal import Refused
from notices.models import Follow
from proposals.models import Decision, Proposal, Version
from tests.cast import inside, person, propose
from tests.keeping import kept
from tests.told import text_of
from tests.vote import cast, leaving_guards_aside, turn_the_database

WRONG = "The Playground stands under another title in the decision."


@kept
def frozen(riverside_contest: Contest, martin: User, clara: User, otto: User, at) -> BallotPaper:
    """Riverside's paper with five projects, drawn by lot; the Bee hotel was rejected and is on none."""
    for project in propose(riverside_contest):
        outcome = "reject" if project.title == "Bee hotel" else "shortlist"
        Decision.objects.create(proposal=project, outcome=outcome, reason="So.", by=martin, at=at("reviewing"))
    return paper.freeze(riverside_contest, by=Two(clara, otto), at=at("presenting"), half="half")


@pytest.fixture
def decide(frozen: BallotPaper, riverside_contest: Contest, martin: User, at) -> Callable[..., Correction]:
    """Let Martin decide on a correction: decide("Playground", "reject")."""

    def correct(name: str, outcome: str = "shortlist", **text: object) -> Correction:
        project, reason = Proposal.objects.get(title=name), f"What is wrong with {name}."
        given = {"outcome": outcome, "reason": reason, **text}
        return superseding.correct(riverside_contest, project, by=martin, at=at("presenting"), **given)

    return correct


@pytest.fixture
def put_before(riverside_contest: Contest, clara: User, at) -> Callable[[], JointAct]:
    """Let Clara put the superseding before a second person."""

    def propose_it() -> JointAct:
        contest = Contest.objects.get(pk=riverside_contest.pk)
        named = [each.pk for each in superseding.pending(contest)]
        act = two.sketch(Joint.SUPERSEDE, on=contest, cycle=contest.cycle, reason=WRONG, named=named)
        return two.propose(act, by=clara, at=at("presenting"))

    return propose_it


@pytest.fixture
def three_things(decide: Callable[..., Correction]) -> list[Correction]:
    """A title and a cost are put right, a project is left out, another is taken in."""
    return [
        decide("Playground", title="Playground by the quay", cost=110_000_00),
        decide("Library benches", "reject"),
        decide("Bee hotel"),
    ]


@pytest.fixture
def superseded(three_things, put_before, otto: User, at) -> SupersededPaper:
    two.confirm(put_before(), by=otto, at=at("presenting"))
    return SupersededPaper.objects.get()


def the_paper() -> BallotPaper:
    return BallotPaper.objects.get()


def refused(sql: str, *values: object) -> str:
    """What the database says to it, at the end of the transaction at the latest."""
    with pytest.raises(DatabaseError) as refusal, leaving_guards_aside() as cursor:
        cursor.execute(sql, values)
    return str(refusal.value)


# What it does ---------------------------------------------------------------------------------------------------------


def test_the_new_paper_has_what_was_decided_and_nothing_else(frozen, superseded) -> None:
    before, now = frozen.told, the_paper().told
    titles = {line["title"]: line["cost"] for line in now["lines"]}
    assert titles == {
        "Playground by the quay": 110_000_00,
        "Cycle stands": 90_000_00,
        "Community garden": 60_000_00,
        "Drinking fountains": 30_000_00,
        "Bee hotel": 15_000_00,
    }
    rest = {name: told for name, told in now.items() if name not in ("lines", "supersedes")}
    assert rest == {name: told for name, told in before.items() if name != "lines"}
    lines = BallotLine.objects.values_list("ballot_number", "title", "cost")
    assert list(lines) == [(line["ballot_number"], line["title"], line["cost"]) for line in now["lines"]]


def test_the_numbers_are_drawn_with_the_same_seed(frozen, superseded) -> None:
    seed = frozen.lot_seed
    numbers = [line["proposal"] for line in the_paper().told["lines"]]
    assert the_paper().lot_seed == seed
    assert numbers == sorted(numbers, key=lambda number: hashlib.sha256(f"{seed}{number}".encode()).hexdigest())


def test_the_old_paper_stays_as_it_was_and_the_new_one_names_it(frozen, superseded, clara, otto) -> None:
    assert (superseded.manifest, superseded.digest) == (frozen.manifest, frozen.digest)
    assert hashlib.sha256(superseded.manifest.encode()).hexdigest() == superseded.digest
    now = the_paper()
    assert now.told["supersedes"] == superseded.digest
    assert now.digest == superseded.successor == hashlib.sha256(now.manifest.encode()).hexdigest()
    assert (superseded.by, superseded.confirmed_by, superseded.reason) == (clara, otto, WRONG)
    assert (superseded.frozen_by, now.frozen_by, now.frozen_with) == (clara, clara, otto)


def test_each_correction_leaves_its_decision_and_its_version(superseded, martin) -> None:
    said = {each.proposal.title: (each.outcome, each.by) for each in Decision.objects.filter(at=superseded.at)}
    assert said == {
        "Playground by the quay": ("shortlist", martin),
        "Library benches": ("reject", martin),
        "Bee hotel": ("shortlist", martin),
    }
    assert [(version.proposal.title, version.text["cost"]) for version in Version.objects.all()] == [
        ("Playground by the quay", 110_000_00)
    ]


@pytest.mark.long
def test_the_log_names_both_and_whoever_decided(superseded, clara, otto, martin) -> None:
    entry = AuditEvent.objects.get(action="paper superseded")
    assert entry.facts["digest"] == superseded.successor
    assert (entry.actor, entry.facts["confirmed_by"]) == (clara, otto.pk)
    assert {each.actor for each in AuditEvent.objects.filter(action="correction decided")} == {martin}


def test_the_vote_goes_on_with_the_key_that_was_rehearsed(
    shares, frozen, superseded, riverside_contest, rosa_may_vote, at
) -> None:
    """The key is the cycle's and bound to no paper; a ballot is sealed for the paper there is."""
    at("voting")
    contest = Contest.objects.get(pk=riverside_contest.pk)
    cast(contest, {5: 1}, by=rosa_may_vote)
    assert inside(Envelope.objects.get(), shares) == {5: 1}


@pytest.mark.long
def test_a_paper_may_be_superseded_again(superseded, decide, put_before, otto, at) -> None:
    decide("Playground by the quay", title="Playground", cost=120_000_00)
    decide("Library benches", "shortlist")
    decide("Bee hotel", "reject")
    two.confirm(put_before(), by=otto, at=at("presenting"))
    first, second = SupersededPaper.objects.all()
    assert (first.number, second.number) == (1, 2)
    assert [line["title"] for line in the_paper().told["lines"]] == [line["title"] for line in first.told["lines"]]
    assert len({first.digest, second.digest, the_paper().digest}) == 3


# What stands against it -----------------------------------------------------------------------------------------------


def test_one_person_alone_changes_nothing(frozen, three_things, put_before, clara, at) -> None:
    act = put_before()
    with pytest.raises(Refused, match="Another person confirms it"):
        two.confirm(act, by=clara, at=at("presenting"))
    assert the_paper().digest == frozen.digest
    assert not SupersededPaper.objects.exists()
    assert Proposal.objects.filter(title="Playground").exists()


def test_only_the_committee_decides_and_on_nothing_of_its_own(frozen, riverside_contest, clara, martin, at) -> None:
    project = Proposal.objects.get(title="Playground")
    given = {"outcome": "reject", "reason": "Wet.", "at": at("presenting")}
    with pytest.raises(Refused, match="Only the district's committee"):
        superseding.correct(riverside_contest, project, by=clara, **given)
    project.author = martin
    with pytest.raises(Refused, match="of their own"):
        superseding.correct(riverside_contest, project, by=martin, **given)


def test_without_a_correction_nothing_is_superseded(frozen, put_before) -> None:
    with pytest.raises(Refused, match="decided on no correction"):
        put_before()


def test_without_a_reason_nothing_is_superseded(three_things, riverside_contest, at) -> None:
    with pytest.raises(Refused, match="Say why"):
        superseding.plan(riverside_contest, at("presenting"), " ", [each.pk for each in three_things])


def test_once_voting_has_opened_nothing_is_superseded(three_things, put_before, decide, otto, at) -> None:
    act = put_before()
    with pytest.raises(Refused, match="Voting has opened"):
        two.confirm(act, by=otto, at=at("voting"))
    with pytest.raises(Refused, match="Voting has opened"):
        superseding.plan(Contest.objects.get(), at("voting"), WRONG, [each.pk for each in three_things])
    assert superseding.why_not_supersede(Contest.objects.get(), at("voting"))


def test_once_somebody_has_voted_no_date_that_is_moved_helps(
    shares, three_things, put_before, riverside_contest, rosa_may_vote, otto, at
) -> None:
    act = put_before()
    at("voting")
    cast(riverside_contest, {1: 1}, by=rosa_may_vote)
    with pytest.raises(Refused, match="Voting has opened"):
        two.confirm(act, by=otto, at=at("presenting"))


def test_what_was_decided_in_between_is_seen_first(three_things, put_before, decide, otto, at) -> None:
    act = put_before()
    decide("Cycle stands", cost=80_000_00)
    with pytest.raises(Refused, match="something else in the meantime"):
        two.confirm(act, by=otto, at=at("presenting"))
    assert not SupersededPaper.objects.exists()


@pytest.mark.long
def test_what_its_author_changed_in_between_is_seen_first(three_things, put_before, otto, at) -> None:
    """What is to be taken in is on no paper yet, so its text may still change."""
    act = put_before()
    Proposal.objects.filter(title="Bee hotel").update(summary="A casino.")
    with pytest.raises(Refused, match="has changed since it was proposed"):
        two.confirm(act, by=otto, at=at("presenting"))


@pytest.mark.long
def test_what_its_author_withdrew_in_between_does_not_get_on_it(three_things, put_before, rosa, otto, at) -> None:
    act, bees = put_before(), Proposal.objects.get(title="Bee hotel")
    Proposal.objects.filter(pk=bees.pk).update(author=rosa)
    bees.refresh_from_db()
    bees.withdraw(by=rosa, at=at("reviewing"), reason="No time.")
    with pytest.raises(Refused, match="cannot be on this paper"):
        two.confirm(act, by=otto, at=at("presenting"))


def test_sent_twice_it_is_done_once(three_things, put_before, otto, at) -> None:
    act = put_before()
    with pytest.raises(Refused, match="waits for a second person already"):
        put_before()
    two.confirm(act, by=otto, at=at("presenting"))
    with pytest.raises(Refused, match="settled already"):
        two.confirm(act, by=otto, at=at("presenting"))
    assert SupersededPaper.objects.count() == 1
    with pytest.raises(Refused, match="decided on no correction"):
        put_before()


@pytest.mark.long
def test_the_committee_takes_a_correction_back(three_things, decide, riverside_contest) -> None:
    decide("Bee hotel", "leave")
    assert [each.proposal.title for each in superseding.pending(riverside_contest)] == ["Playground", "Library benches"]


def test_what_would_be_no_correction_is_said(decide, frozen) -> None:
    for title, outcome, sentence in (
        ("Bee hotel", "reject", "is not on the paper"),
        ("Playground", "shortlist", "nothing of it is corrected"),
    ):
        with pytest.raises(Refused, match=sentence):
            decide(title, outcome)
    with pytest.raises(Refused, match="nothing of it is corrected"):
        decide("Playground", title="Playground", cost=120_000_00)


def test_what_the_contest_cannot_pay_is_not_put_on_it(decide) -> None:
    with pytest.raises(Refused, match="may cost"):
        decide("Playground", cost=250_001_00)
    assert not Correction.objects.exists()


def test_a_paper_of_which_nothing_is_left_closes_its_contest_without_a_vote(
    decide, frozen, put_before, riverside_contest, clara, otto, at
) -> None:
    for line in frozen.lines.all():
        decide(line.title, "reject")
    two.confirm(put_before(), by=otto, at=at("presenting"))
    assert not BallotPaper.objects.exists()
    old, closed = SupersededPaper.objects.get(), NoVote.objects.get(contest=riverside_contest)
    assert (old.manifest, old.digest, old.successor) == (frozen.manifest, frozen.digest, None)
    assert (closed.reason, closed.by, closed.confirmed_by, closed.at) == (WRONG, clara, otto, old.at)
    assert set(Decision.objects.filter(at=old.at).values_list("outcome", flat=True)) == {"reject"}
    acts = AuditEvent.objects.filter(action__in=("paper superseded", "closed without vote"))
    assert [(entry.actor, entry.facts["confirmed_by"]) for entry in acts] == [(clara, otto.pk)] * 2
    with pytest.raises(Refused, match="closed without a vote"):
        paper.plan(Contest.objects.get(pk=riverside_contest.pk), at("presenting"))


def test_what_is_on_the_shortlist_and_on_no_paper_is_not_forgotten(decide, frozen, put_before, martin, at) -> None:
    bees = Proposal.objects.get(title="Bee hotel")
    Decision.objects.create(proposal=bees, outcome="shortlist", reason="So.", by=martin, at=at("presenting"))
    for line in frozen.lines.all():
        decide(line.title, "reject")
    with pytest.raises(Refused, match="“Bee hotel” is on the shortlist"):
        put_before()
    decide("Bee hotel")
    put_before()


def test_the_count_is_tried_on_the_new_paper_first(three_things, put_before, monkeypatch) -> None:
    def gives_up(election, rule):
        raise ValueError("no way with these costs")

    monkeypatch.setattr("ballots.trial.count", gives_up)
    with pytest.raises(Refused, match="cannot count this contest: no way with these costs"):
        put_before()
    assert not JointAct.objects.exists()


def test_a_paper_from_elsewhere_is_not_superseded(riverside_paper, riverside_contest, at) -> None:
    assert "No lot was drawn" in superseding.why_not_supersede(riverside_contest, at("presenting"))


def test_a_ballot_on_its_way_when_the_paper_was_superseded_is_not_cast(
    shares, three_things, put_before, riverside_contest, rosa_may_vote, otto, at, monkeypatch
) -> None:
    """It was sealed for the old paper, and nobody could open it."""
    act = put_before()

    def at_the_last_moment(contest: Contest) -> None:
        two.confirm(act, by=otto, at=at("presenting"))

    monkeypatch.setattr("ballots.casting._refuse_unless_voting_is_open", at_the_last_moment)
    with pytest.raises(Refused, match="superseded in this moment"), transaction.atomic():
        cast(riverside_contest, {1: 1}, by=rosa_may_vote)
    assert not Envelope.objects.exists()


# Who hears of it ------------------------------------------------------------------------------------------------------


def test_followers_hear_of_it_at_once_with_the_reason(
    three_things, put_before, riverside, hillside, otto, at, told
) -> None:
    morning = at("presenting").replace(hour=9)
    district, project, elsewhere = person("Lena"), person("Pia"), person("Elsa")
    Follow.begin(riverside, by=district, at=morning - timedelta(days=1))
    Follow.begin(three_things[0].proposal, by=project, at=morning - timedelta(days=1))
    Follow.begin(hillside, by=elsewhere, at=morning - timedelta(days=1))
    told(morning)
    act = put_before()
    told(morning)
    two.confirm(act, by=otto, at=morning)
    mails = [mail for mail in told(morning) if "was superseded" in str(mail["Subject"])]
    assert sorted(mail["To"] for mail in mails) == sorted([district.email, project.email])
    assert WRONG in text_of(mails[0])
    assert "Another took its place." in text_of(mails[0])
    assert "/2027/riverside/ballot/paper/1/" in text_of(mails[0])


# What the database says to whoever goes past the program --------------------------------------------------------------

ARCHIVE = """
    INSERT INTO ballots_supersededpaper (contest_id, number, manifest, digest, frozen_at, frozen_by_id, frozen_with_id,
        successor, reason, corrections, act_id, by_id, confirmed_by_id, at)
    SELECT contest_id, 1, manifest, ballots_ballotpaper.digest, frozen_at, frozen_by_id, frozen_with_id, {successor},
        act.plan->>'reason', {corrections}, act.id, act.proposed_by_id, {confirmed_by}, act.settled_at
    FROM ballots_ballotpaper, budgeting_jointact AS act WHERE act.id = %s;
"""
AS_PLANNED = {
    "successor": "act.plan->>'digest'",
    "corrections": "ARRAY(SELECT jsonb_array_elements_text(act.facts->'named')::bigint)",
    "confirmed_by": "act.settled_by_id",
}
SETTLE = "UPDATE budgeting_jointact SET settled_by_id = %s, settled_at = now(), confirmed = true WHERE id = %s;"


@pytest.fixture
def confirmed(three_things, put_before, otto: User) -> JointAct:
    """An act that both have confirmed and nobody has carried out."""
    act = put_before()
    with connection.cursor() as cursor:
        cursor.execute(SETTLE, [otto.pk, act.pk])
    return act


def test_no_paper_is_superseded_without_an_act_of_two(three_things, put_before) -> None:
    assert "two people supersede" in refused(ARCHIVE.format(**AS_PLANNED), put_before().pk)


@pytest.mark.parametrize(
    ("what", "otherwise"),
    [
        ("successor", "repeat('0', 64)"),
        ("corrections", "ARRAY(SELECT id FROM ballots_correction LIMIT 1)"),
        ("confirmed_by", "NULL::bigint"),
    ],
)
def test_nor_otherwise_than_both_have_seen_it(confirmed: JointAct, what: str, otherwise: str) -> None:
    assert "two people supersede" in refused(ARCHIVE.format(**{**AS_PLANNED, what: otherwise}), confirmed.pk)


def test_nor_without_another_in_its_place(confirmed: JointAct) -> None:
    sql = ARCHIVE.format(**AS_PLANNED)
    assert "by another, whole and with its decisions" in refused(
        f"SET CONSTRAINTS ALL DEFERRED; {sql} SET CONSTRAINTS ALL IMMEDIATE", confirmed.pk
    )


@pytest.fixture
def to_be_emptied(frozen: BallotPaper, decide, put_before, otto: User) -> JointAct:
    """An act that leaves nothing on the paper, confirmed and not carried out."""
    for line in frozen.lines.all():
        decide(line.title, "reject")
    act = put_before()
    with connection.cursor() as cursor:
        cursor.execute(SETTLE, [otto.pk, act.pk])
    return act


GONE = "DELETE FROM ballots_ballotline; DELETE FROM ballots_ballotpaper;"


@pytest.mark.parametrize("rest", ["", GONE], ids=["the paper stays", "nobody closes the contest"])
def test_a_paper_goes_only_with_its_contest(to_be_emptied: JointAct, rest: str) -> None:
    begun = f"SET CONSTRAINTS ALL DEFERRED; {ARCHIVE.format(**AS_PLANNED)} {rest} SET CONSTRAINTS ALL IMMEDIATE"
    assert "by another, whole and with its decisions" in refused(begun, to_be_emptied.pk)


def test_a_paper_with_something_left_does_not_go(confirmed: JointAct) -> None:
    begun = f"SET CONSTRAINTS ALL DEFERRED; {ARCHIVE.format(**{**AS_PLANNED, 'successor': 'NULL'})}"
    assert "two people supersede" in refused(f"{begun} {GONE}", confirmed.pk)


def test_nor_once_voting_has_opened(confirmed: JointAct, at) -> None:
    turn_the_database(at("voting"))
    assert "voting has opened" in refused(ARCHIVE.format(**AS_PLANNED), confirmed.pk)


UNDER_WAY = {
    "a correction nobody named": "UPDATE proposals_proposal SET cost = 1 WHERE title = 'Cycle stands'",
    "another title than was decided": "UPDATE proposals_proposal SET title = 'Casino', cost = 11000000"
    " WHERE title = 'Playground'",
    "more than was decided": "UPDATE proposals_proposal SET title = 'Playground by the quay', cost = 11000000,"
    " address = 'Elsewhere' WHERE title = 'Playground'",
    "another decision": "INSERT INTO proposals_decision (proposal_id, by_id, at, outcome, reason)"
    " SELECT proposal_id, by_id, now(), 'reject', reason FROM ballots_correction WHERE title <> ''",
    "another text": "INSERT INTO proposals_version (proposal_id, number, by_id, at, text) SELECT proposal_id, 9, by_id,"
    """ now(), '{"title": "Casino"}' FROM ballots_correction WHERE title <> ''""",
    "a withdrawal": "INSERT INTO proposals_withdrawal (proposal_id, at, reason)"
    " SELECT proposal_id, now(), 'No.' FROM ballots_correction WHERE title <> ''",
    "another paper": "UPDATE ballots_ballotpaper SET digest = (SELECT successor FROM ballots_supersededpaper)",
    "a line less": "DELETE FROM ballots_ballotline",
    "another line": "UPDATE ballots_ballotline SET cost = 1",
}


@pytest.mark.sampled(2)
@pytest.mark.parametrize("sql", UNDER_WAY.values(), ids=UNDER_WAY)
def test_while_it_is_under_way_nothing_else_slips_in(confirmed: JointAct, sql: str) -> None:
    begun = f"SET CONSTRAINTS ALL DEFERRED; {ARCHIVE.format(**AS_PLANNED)}"
    said = refused(f"{begun} {sql}", confirmed.pk)
    assert "frozen ballot paper" in said


AFTERWARDS = {
    "a decision": "INSERT INTO proposals_decision (proposal_id, by_id, at, outcome, reason) SELECT proposal_id, by_id,"
    " now(), outcome, reason FROM ballots_correction WHERE title <> ''",
    "a project": "UPDATE proposals_proposal SET title = 'Playground' WHERE title = 'Playground by the quay'",
    "the paper": "UPDATE ballots_ballotpaper SET (digest, manifest) ="
    " (SELECT digest, manifest FROM ballots_supersededpaper)",
    "a line": "DELETE FROM ballots_ballotline",
    "the old paper": "DELETE FROM ballots_supersededpaper",
    "why": "UPDATE ballots_supersededpaper SET reason = 'Nothing.'",
    "what was decided": "UPDATE ballots_correction SET reason = 'Nothing.'",
    "all lines": "TRUNCATE ballots_ballotline",
}


@pytest.mark.sampled(1)
@pytest.mark.parametrize("sql", AFTERWARDS.values(), ids=AFTERWARDS)
def test_afterwards_everything_stays(superseded: SupersededPaper, sql: str) -> None:
    assert any(words in refused(sql) for words in ("frozen ballot paper", "may only be added to"))


@pytest.mark.long
def test_an_old_paper_is_not_superseded_a_second_time(superseded: SupersededPaper) -> None:
    again = ARCHIVE.format(**AS_PLANNED).replace(", 1, manifest", ", 2, manifest")
    assert "two people supersede" in refused(again, superseded.act_id)


@pytest.mark.long
def test_a_correction_is_of_the_paper_there_is(superseded: SupersededPaper) -> None:
    late = (
        "INSERT INTO ballots_correction (contest_id, digest, proposal_id, outcome, reason, title, summary, by_id, at)"
        " SELECT contest_id, digest, proposal_id, 'reject', 'No.', '', '', by_id, at FROM ballots_correction LIMIT 1"
    )
    assert "corrects no paper there is" in refused(late)
