"""What everybody reads of a paper that was superseded, and how the committee, a clerk and a second person get there."""

import hashlib
import json
from datetime import datetime

import pytest
from django.test import Client

from accounts.models import User
from ballots import board, opening, paper
from ballots.models import BallotPaper, Correction, Envelope, SupersededPaper
from budgeting.models import Contest, Cycle
from budgeting.two import Two
from lib import clock
from proposals.models import Decision
from tests.cast import count, propose, signed_in
from tests.keeping import kept
from tests.papers import words_on
from tests.verifier import looked_at

PAPER = "/2027/riverside/ballot/paper/"
CORRECTIONS = f"{PAPER}corrections/"
DESK = "/2027/box/paper/riverside/successor/"


@kept
def frozen(riverside_contest: Contest, martin: User, clara: User, otto: User, at) -> BallotPaper:
    """Riverside's paper with three projects, drawn by lot."""
    for project in propose(riverside_contest, [60_000_00, 45_000_00, 30_000_00]):
        Decision.objects.create(proposal=project, outcome="shortlist", reason="So.", by=martin, at=at("reviewing"))
    return paper.freeze(riverside_contest, by=Two(clara, otto), at=at("presenting"), half="half")


def decide(user: User, contest: Contest, name: str, **typed: object) -> str:
    project = contest.proposals.get(title=name)
    form = {"proposal": project.pk, "outcome": "shortlist", "reason": "Wrong in the decision.", **typed}
    return words_on(signed_in(user).post(CORRECTIONS, form, follow=True))


def supersede(first: User, second: User, reason: str = "A cost was wrong.") -> str:
    """On the pages, as two people do it; what the second reads after having confirmed."""
    client = signed_in(first)
    named = client.get(DESK).context["form"]["named"].value()
    act = client.post(DESK, {"reason": reason, "named": named}).url
    return words_on(signed_in(second).post(f"{act}confirmation/", follow=True))


@kept
def superseded(frozen: BallotPaper, riverside_contest: Contest, martin, clara, otto, at) -> SupersededPaper:
    at("presenting")
    decide(martin, riverside_contest, "Playground", cost="55000", title="Playground by the quay")
    assert "Done" in supersede(clara, otto)
    return SupersededPaper.objects.get()


def test_everybody_reads_that_it_was_superseded_when_why_and_by_whom(superseded, client: Client) -> None:
    for address in ("/2027/riverside/", PAPER):
        said = words_on(client.get(address))
        assert "proposed by Clara and confirmed by Otto: “A cost was wrong.”" in said
    old = words_on(client.get(f"{PAPER}1/"))
    for words in ("Nobody votes on this paper", "€60,000", "Playground by the quay", "Wrong in the decision."):
        assert words in old
    assert superseded.digest in old


@pytest.mark.long
def test_the_old_paper_is_a_file_whose_digest_anyone_can_check(superseded, frozen, client: Client) -> None:
    old, new = client.get(f"{PAPER}1.json").content, client.get(f"{PAPER[:-1]}.json").content
    assert hashlib.sha256(old).hexdigest() == frozen.digest
    assert json.loads(new)["supersedes"] == frozen.digest
    assert client.get(f"{PAPER}2/").status_code == 404


@pytest.mark.long
def test_the_ballot_to_print_is_that_of_the_new_paper(superseded, client: Client) -> None:
    printed = client.get("/2027/riverside/ballot/paper.pdf")
    assert b"".join(printed.streaming_content)[:4] == b"%PDF"


def test_both_see_line_by_line_what_changes(frozen, riverside_contest, martin, clara, otto, at) -> None:
    at("presenting")
    decide(martin, riverside_contest, "Playground", cost="55000")
    first = signed_in(clara)
    proposing = words_on(first.get(DESK))
    named = first.get(DESK).context["form"]["named"].value()
    act = first.post(DESK, {"reason": "A cost was wrong.", "named": named}).url
    confirming = words_on(signed_in(otto).get(act))
    for said in ("€60,000", "€55,000", "Decided by Martin: “Wrong in the decision.”", frozen.digest):
        assert said in proposing
        assert said in confirming
    assert "A cost was wrong." in confirming
    assert first.get(DESK).url == act


@pytest.mark.long
def test_whoever_leaves_nothing_on_it_reads_so_first_and_everybody_afterwards(
    frozen, riverside_contest, martin, clara, otto, at, client: Client
) -> None:
    at("presenting")
    decide(martin, riverside_contest, "Playground", cost="55000")
    supersede(clara, otto)
    for line in BallotPaper.objects.get().lines.all():
        decide(martin, riverside_contest, line.title, outcome="reject")
    first = signed_in(clara)
    page = first.get(DESK)
    assert "Nothing is left: there will be no new paper" in words_on(page)
    assert "SHA-256 of the new paper" not in words_on(page)
    supersede(clara, otto, reason="All of it is built already.")
    assert "Nothing is voted on here: All of it is built already." in words_on(client.get("/2027/riverside/"))
    for number, said in ((1, "another took its place"), (2, "nothing was left on it")):
        old = client.get(f"{PAPER}{number}/")
        assert said in words_on(old)
        assert f'"{PAPER}"' not in old.content.decode(), "which is no page any more"
    assert client.get(PAPER).status_code == 404


@pytest.mark.long
def test_a_page_that_was_overtaken_proposes_nothing(frozen, riverside_contest, martin, clara, at) -> None:
    at("presenting")
    decide(martin, riverside_contest, "Playground", cost="55000")
    client = signed_in(clara)
    named = client.get(DESK).context["form"]["named"].value()
    decide(martin, riverside_contest, "Playground", cost="54000")
    answer = client.post(DESK, {"reason": "A cost was wrong.", "named": named})
    assert "decided something else in the meantime" in words_on(answer)
    assert "A cost was wrong." in answer.content.decode()
    for nonsense in ("5", '{"a": 1}', "x", '["a"]'):
        assert client.post(DESK, {"reason": "Wrong.", "named": nonsense}).status_code == 422


@pytest.mark.long
def test_what_is_refused_is_said_and_what_was_typed_stays(frozen, riverside_contest, martin, at) -> None:
    at("presenting")
    said = decide(martin, riverside_contest, "Playground", cost="60000")
    assert "nothing of it is corrected" in said
    project = riverside_contest.proposals.get(title="Playground")
    again = signed_in(martin).post(CORRECTIONS, {"proposal": project.pk, "outcome": "shortlist", "cost": "x"})
    assert again.status_code == 422
    assert not Correction.objects.exists()


@pytest.mark.long
def test_only_the_committee_and_who_oversees_the_box_see_what_is_pending(
    frozen, rosa, clara, otto, martin, hillside, at
) -> None:
    at("presenting")
    assert signed_in(rosa).get(CORRECTIONS).status_code == 404
    assert "/login/" in Client().get(CORRECTIONS).url
    for person in (clara, otto, martin):
        assert signed_in(person).get(CORRECTIONS).status_code == 200
        assert CORRECTIONS in signed_in(person).get(PAPER).content.decode()
    assert CORRECTIONS not in signed_in(rosa).get(PAPER).content.decode()
    for person in (rosa, martin, otto):
        assert signed_in(person).get(DESK).status_code == 404


def test_a_clerk_does_not_decide_for_the_committee(frozen, riverside_contest, clara, at) -> None:
    at("presenting")
    project = riverside_contest.proposals.get(title="Playground")
    form = {"proposal": project.pk, "outcome": "reject", "reason": "Wet."}
    assert signed_in(clara).post(CORRECTIONS, form).status_code == 403


@pytest.mark.long
def test_once_voting_has_opened_the_desk_says_so(frozen, riverside_contest, martin, clara, at) -> None:
    at("presenting")
    decide(martin, riverside_contest, "Playground", cost="55000")
    at("voting")
    assert "Voting has opened" in words_on(signed_in(clara).get(DESK, follow=True))
    assert "Voting has opened" in decide(martin, riverside_contest, "Playground", cost="54000")


# The vote on the new paper --------------------------------------------------------------------------------------------


@kept
def voting_on_it(superseded, shares, rosa_may_vote: User, at) -> datetime:
    return at("voting")


def test_a_form_of_the_old_paper_is_no_ballot_on_the_new_one(voting_on_it, superseded, rosa) -> None:
    """Its numbers may mean other projects; the vote had opened, and then opened later."""
    client = signed_in(rosa)
    page = client.get("/2027/riverside/ballot/").content.decode()
    assert BallotPaper.objects.get().digest in page
    for step in ("review", "cast"):
        said = words_on(client.post(f"/2027/riverside/ballot/{step}/", {"choice": "1", "paper": superseded.digest}))
        assert "Another ballot paper has taken the place" in said
        assert "Your choices are kept" not in said
    assert not Envelope.objects.exists()


@pytest.mark.long
def test_a_box_of_the_new_paper_is_opened_counted_and_told_with_the_old_one(
    voting_on_it, superseded, shares, rosa, clara, riverside_contest, cycle: Cycle, at, client: Client
) -> None:
    now = BallotPaper.objects.get()
    fields = {"choice": ["1", "2"], "paper": now.digest}
    answer = signed_in(rosa).post("/2027/riverside/ballot/cast/", fields, follow=True)
    assert "Your ballot is in the box" in words_on(answer)
    at("counting")
    contest = Contest.objects.get(pk=riverside_contest.pk)
    assert board.publish(contest).previous_root == now.digest
    opening.open_box(Cycle.objects.get(pk=cycle.pk), shares[:2], by=clara, at=clock.now())
    assert [each.content for each in contest.opened_ballots.all()] == ["1:1 2:1"]
    assert json.loads(opening.export(contest))["manifest"] == now.manifest


@pytest.mark.long
def test_the_results_tell_of_the_old_paper(superseded, riverside_contest, client: Client, at, tmp_path) -> None:
    count(Contest.objects.get(pk=riverside_contest.pk), {"1:1": 40})
    at("results")
    told = client.get("/2027/riverside/results/results.json").json()
    (old,) = told["superseded_papers"]
    assert hashlib.sha256(old["manifest"].encode()).hexdigest() == old["digest"] == superseded.digest
    assert old["successor"] == told["ballot_paper"]
    assert superseded.digest in words_on(client.get("/2027/riverside/results/"))
    for name in ("results/results.json", "results/ballots.pb", "ballot/paper.json"):
        (tmp_path / name.split("/")[1]).write_bytes(client.get(f"/2027/riverside/{name}").content)
    assert looked_at(tmp_path).frauds == []
    (tmp_path / "results.json").write_text(json.dumps(told | {"superseded_papers": []}))
    assert looked_at(tmp_path).kinds == {"paper"}
