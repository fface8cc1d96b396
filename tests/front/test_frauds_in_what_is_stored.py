"""Each fraud in what is stored is named by somebody (T-32): planted one at a time, as the owner of the tables.

A liar who owns the database takes its guards away, and tells the session to leave its foreign keys aside. What is then
stored otherwise than it was done, `verify_audit` names, or the opening, the board, the page of the results or the
auditor's program (frauds.txt). What only the resident knows is tried too, and stands in ballots/SECRECY.md.
"""

import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from string import Template

import pytest
from django.db import connection
from django.test import Client

from audit import compared
from audit.models import AuditEvent
from ballots import board, key
from lib.refusal import Refused
from results.result import results_of
from tests import lies
from tests.audited import said
from tests.databases import undone
from tests.lies import every_guard_lifted
from tests.papers import words_on
from tests.published import published
from tests.thoroughness import many
from tests.verifier import looked_at
from tests.vote import leaving_guards_aside
from tests.whole_vote import DRAWN, WholeVote

OF = "contest_id = (SELECT id FROM budgeting_contest WHERE slug = '{}')".format
SQL = {
    "RIVERSIDE": "(SELECT id FROM budgeting_contest WHERE slug = 'riverside')",
    "HILLSIDE": "(SELECT id FROM budgeting_contest WHERE slug = 'hillside')",
    "ONE": f"(SELECT min(fingerprint) FROM ballots_envelope WHERE {OF('hillside')})",
    "OTHER": f"(SELECT max(fingerprint) FROM ballots_envelope WHERE {OF('hillside')})",
    "WHOSE": "(SELECT resident_id FROM ballots_envelope WHERE fingerprint ="
    f" (SELECT min(fingerprint) FROM ballots_envelope WHERE {OF('hillside')}))",
    "NOBODY": "(SELECT id FROM residents_resident WHERE id NOT IN (SELECT resident_id FROM ballots_envelope) LIMIT 1)",
    "FIRST": f"{OF('hillside')} AND number = 1",
    "PROJECT": "(SELECT min(proposal_id) FROM ballots_ballotline JOIN ballots_ballotpaper AS paper"
    f" ON paper.id = paper_id WHERE {OF('riverside')})",
    "OTTO": "(SELECT id FROM accounts_user WHERE name = 'Otto')",
    "CLARA": "(SELECT id FROM accounts_user WHERE name = 'Clara')",
    "NOON": "'2027-01-01 12:00Z'",
}
SQL["BY_TWO"] = f"'Why', {SQL['NOON']}, {SQL['CLARA']}, {SQL['OTTO']}"
NUMBERS = {
    "cycle": "SELECT id FROM budgeting_cycle",
    "riverside": f"SELECT {SQL['RIVERSIDE']}",
    "hillside": f"SELECT {SQL['HILLSIDE']}",
    "draw": "SELECT id FROM budgeting_draw WHERE what = 'The lottery of June'",
    "project": f"SELECT {SQL['PROJECT']}",
    "rejected": "SELECT proposal_id FROM proposals_decision WHERE outcome = 'reject'",
    "frozen": "SELECT min(number) FROM audit_auditevent WHERE action = 'paper frozen'",
    "run": "SELECT max(id) FROM residents_letterrun",
    "joined_next": "SELECT max(id) + 1 FROM residents_joinedline",
    "end": "SELECT max(number) FROM audit_auditevent",
    **{name: f"SELECT id FROM accounts_user WHERE name = '{name.title()}'" for name in ("ana", "ines", "otto")},
}


@dataclass(frozen=True)
class Fraud:
    """`names`: who names it, and with which words."""

    name: str
    lie: str
    names: dict[str, str]

    def is_told(self, vote: WholeVote) -> None:
        with leaving_guards_aside() as cursor:
            if self.lie.startswith("python: "):
                getattr(lies, self.lie.removeprefix("python: "))(vote)
            else:
                cursor.execute(Template(self.lie).substitute(SQL))


def read() -> dict[str, list[Fraud]]:
    """The frauds, by the time at which they are planted."""
    found: dict[str, list[Fraud]] = defaultdict(list)
    text = Path(__file__).with_name("frauds.txt").read_text("utf-8")
    for part in re.split(r"^== ", text, flags=re.MULTILINE)[1:]:
        time, _, frauds = part.partition("\n")
        for block in frauds.strip().split("\n\n"):
            name, *lines = block.splitlines()
            witnesses = dict(re.findall(r"^    -> (\w+): ?(.*)$", block, re.MULTILINE))
            lie = " ".join(line.strip() for line in lines if not line.startswith("    -> "))
            found[time].append(Fraud(name, lie, witnesses))
    return found


FRAUDS = read()


# Who names them ------------------------------------------------------------------------------------------------------


class Witnesses:
    """Each method gives what this one says; nothing, if they see nothing wrong."""

    def __init__(self, vote: WholeVote, folder: Path) -> None:
        self.vote, self.folder, self.head = vote, folder, AuditEvent.last_head()

    def verify_audit(self) -> list[str]:
        return said()

    def noted(self) -> list[str]:
        """`verify_audit`, given the end of the log that somebody noted before."""
        return said(head=self.head)

    def board(self) -> list[str]:
        return _refused(lambda: [board.publish(contest) for contest in self.vote.boxes])

    def opening(self) -> list[str]:
        return _refused(self.vote.to_the_opening)

    def page(self) -> list[str]:
        self.vote.at("results")
        answer = Client().get("/2027/riverside/results/")
        return [words_on(answer)] if answer.status_code == 409 else []

    def auditor(self) -> list[str]:
        """docs/verify/verify.py, given what the city publishes."""
        self.vote.at("results")
        [result] = [each for each in results_of(self.vote.now) if each.contest == self.vote.riverside]
        self.folder.mkdir(exist_ok=True)
        for name, text in published(self.vote.boxes[0], result).items():
            (self.folder / name).write_text(text, "utf-8")
        return sorted(looked_at(self.folder, "--seed", DRAWN).kinds)


def _refused(deed: Callable[[], object]) -> list[str]:
    try:
        with undone():
            deed()
    except Refused as refused:
        return refused.messages
    return []


def numbers() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(f"({sql})" for sql in NUMBERS.values()))
        return dict(zip(NUMBERS, cursor.fetchone(), strict=True))


def unnamed(time: str, vote: WholeVote, folder: Path) -> dict[tuple[str, str], list[str]]:
    """For each fraud that somebody does not name as expected, what they say instead."""
    found, named, witnesses = {}, numbers(), Witnesses(vote, folder)
    with every_guard_lifted():
        for fraud in FRAUDS[time][:: many(20, 1)]:
            with undone():
                fraud.is_told(vote)
                for who, words in fraud.names.items():
                    told = getattr(witnesses, who)()
                    if not any(Template(words).substitute(named) in line for line in told) or not words:
                        found[fraud.name, who] = told
    return found


def test_t32_each_fraud_is_named(whole_vote, tmp_path) -> None:
    """At each time nothing is said of a vote in order."""
    witnesses = Witnesses(whole_vote, tmp_path)
    whole_vote.to_voting()
    assert said() == []
    assert unnamed("while voting", whole_vote, tmp_path) == {}
    whole_vote.to_the_close()
    assert said() == []
    assert unnamed("after the close", whole_vote, tmp_path) == {}
    whole_vote.to_the_opening()
    whole_vote.to_the_results()
    assert said() == witnesses.page() == witnesses.opening() == witnesses.auditor() == []
    assert unnamed("with the results", whole_vote, tmp_path) == {}
    key.destroy_shares(whole_vote.cycle, "The council", by=whole_vote.clara, at=whole_vote.at("results"))
    assert said() == []
    assert unnamed("with the shares destroyed", whole_vote, tmp_path) == {}


@pytest.mark.long
def test_what_only_the_resident_can_know_is_named_by_nobody_else(whole_vote, tmp_path) -> None:
    """As ballots/SECRECY.md says: whoever writes all that the booth would write has voted."""
    whole_vote.to_voting()
    witnesses = Witnesses(whole_vote, tmp_path)
    for lie in (lies.exchanged_as_if_cast_again, lies.voted_for):
        with every_guard_lifted(), undone():
            with leaving_guards_aside():
                lie(whole_vote)
            assert witnesses.verify_audit() == witnesses.board() == witnesses.opening() == []


def test_t32_every_comparison_has_a_fraud_that_it_names() -> None:
    # committee/test_answers_are_sealed.py, ballots/test_the_ceremony.py, results/test_a_report_is_told.py
    elsewhere = {"Cards of committees", "Ceremonies of the key", "Reports"}
    named = {fraud.names.get("verify_audit", "").partition(":")[0] for frauds in FRAUDS.values() for fraud in frauds}
    assert set(compared.names()) - elsewhere <= named
