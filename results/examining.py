"""The city runs the auditor's program itself on what it publishes, and keeps what the program says.

That convinces nobody else, and is there so that clerks and auditors hear of a difference before others do. The program
is a process of its own which knows neither the database nor our code; it gets the files that a visitor gets.
"""

import hashlib
import json
import os
import resource
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from ballots import chain, draws
from ballots.agreement import Disagrees
from ballots.models import BallotPaper, BoardBatch, Count, Verdict
from budgeting.models import Contest, Counted, Draw
from notices.kinds import Kind
from notices.models import Happening
from proposals.models import Withdrawal, Withholding
from results import downloads
from results.result import results_of

PROGRAM = settings.BASE_DIR / "docs" / "verify" / "verify.py"
SECONDS = 15 * 60  # as long as one contest may take
MEMORY = 2 * 2**30  # bytes
AGAIN = timedelta(days=1)
LOOKED_AT_FOR = timedelta(days=60)  # from publication on, daily, whether something is known to have changed or not
STOPPED = "NOT CHECKED: the program was ended, as it took too long or too much memory."


@dataclass(frozen=True, slots=True)
class Said:
    """How the program ended, its lines, and what it wants to remember."""

    exit: int
    lines: str
    seen: str


def look(at: datetime) -> None:
    """Run the program on each contest with a board or a public result: where something has changed, and daily during
    the vote and for two months from publication on."""
    public = set(Counted.public(at).values_list("contest", flat=True))
    with_board = set(BoardBatch.objects.values_list("contest", flat=True))
    last = {verdict.contest_id: verdict for verdict in Verdict.newest()}
    for paper in BallotPaper.objects.filter(contest__in=public | with_board).select_related("contest__cycle"):
        before = last.get(paper.contest_id)
        mark = mark_of(paper, is_public=paper.contest_id in public)
        if before is None or before.mark != mark or (at - before.at >= AGAIN and _is_recent(paper.contest, at)):
            examine(paper, mark, before, is_public=paper.contest_id in public, at=at)


def _is_recent(contest: Contest, at: datetime) -> bool:
    since = Counted.public_since(contest, at)
    return since is None or at - since < LOOKED_AT_FOR


def mark_of(paper: BallotPaper, *, is_public: bool) -> str:
    """What changes when a file does, without making it."""
    contest = paper.contest
    batch = BoardBatch.objects.filter(contest=contest).aggregate(Max("number"))["number__max"]
    count = Count.objects.filter(contest=contest).aggregate(Max("number"))["number__max"]
    announced = Draw.objects.filter(cycle=contest.cycle)
    withheld = Withholding.objects.filter(proposal__cycle=contest.cycle).count()
    drawn = f"{announced.count()}/{announced.exclude(seed='').count()}"
    parts = (paper.digest, batch, count, drawn, withheld, *_withdrawn(paper), settings.VERSION, is_public)
    return hashlib.sha256(" ".join(map(str, parts)).encode()).hexdigest()


def examine(paper: BallotPaper, mark: str, before: Verdict | None, *, is_public: bool, at: datetime) -> Verdict:
    """Run it on one contest and write down what it says. Clerks and auditors hear of a fraud."""
    contest = paper.contest
    files = published(paper, is_public=is_public)
    seen = json.dumps(_without_winners(before.seen)) if before else ""
    said = run(files, seen, _withdrawn(paper))
    digest = hashlib.sha256("".join(f"{name}\0{text}\0" for name, text in sorted(files.items())).encode())
    with transaction.atomic():
        verdict = Verdict.objects.create(
            contest=contest,
            at=at,
            exit=said.exit,
            lines=said.lines,
            digest=digest.hexdigest(),
            mark=mark,
            seen=json.loads(said.seen or "{}"),
        )
        if said.exit == 1:
            Happening.once(Kind.FRAUD_FOUND, contest, at=at, said=_frauds(said.lines), day=at.date().isoformat())
    return verdict


def _without_winners(seen: dict[str, dict[str, object]]) -> dict[str, dict[str, object]]:
    """A count that gave something else is on record, and everybody is told: it is no news to the city itself."""
    return {name: {key: value for key, value in each.items() if key != "winners"} for name, each in seen.items()}


def _frauds(lines: str) -> str:
    return "\n".join([line for line in lines.splitlines() if line.startswith("FRAUD")][:5])


def _withdrawn(paper: BallotPaper) -> list[str]:
    """What the projects' pages say was withdrawn since the paper was frozen, by ballot number."""
    gone = Withdrawal.objects.filter(proposal__ballot_lines__paper=paper).order_by(
        "proposal__ballot_lines__ballot_number"
    )
    return [str(number) for number in gone.values_list("proposal__ballot_lines__ballot_number", flat=True)]


def published(paper: BallotPaper, *, is_public: bool) -> dict[str, str]:
    """The files as a visitor gets them, made by what makes them for the pages."""
    contest = paper.contest
    batches = list(BoardBatch.objects.filter(contest=contest).order_by("number"))
    files = {"paper.json": paper.manifest_in_view, "draws.json": draws.as_file(contest.cycle)}
    files |= {f"{batch.number}.txt": chain.text_of(batch) for batch in batches}
    if batches:
        files["list.txt"] = chain.list_of(chain.in_force(batches))
    try:
        results = results_of(contest.cycle, contest) if is_public else []
    except Disagrees:  # then the pages show no number either, and say so
        results = []
    for result in results:
        if result.publishes_numbers:
            files |= {name: downloads.render(result, name)[0] for name in ("results.json", "ballots.pb")}
    return files


def run(files: dict[str, str], seen: str, withdrawn: list[str]) -> Said:
    """The program itself, on these files, within its bounds."""
    with tempfile.TemporaryDirectory() as name:
        folder, memory = Path(name, "published"), Path(name, "seen.json")
        folder.mkdir()
        for file, text in files.items():
            (folder / file).write_text(text, "utf-8")
        if seen:
            memory.write_text(seen, "utf-8")
        options = [f"--withdrawn={number}" for number in withdrawn]
        process = subprocess.Popen(  # noqa: S603  (ours, on files of ours)
            [sys.executable, "-I", PROGRAM, folder, "--seen", memory, *options],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=name,
            env={"PATH": os.defpath, "LANG": "C.UTF-8"},
            text=True,
        )
        try:
            resource.prlimit(process.pid, resource.RLIMIT_AS, (MEMORY, MEMORY))
            resource.prlimit(process.pid, resource.RLIMIT_CPU, (SECONDS, SECONDS))
            lines, _errors = process.communicate(timeout=SECONDS)
        except (subprocess.TimeoutExpired, ProcessLookupError):
            lines = ""
        finally:
            process.kill()
            process.communicate()
        if process.returncode not in (0, 1, 2) or "Traceback (most recent call last)" in lines:
            return Said(2, f"{lines}{STOPPED}", seen)
        return Said(process.returncode, lines, memory.read_text("utf-8") if memory.exists() else "")
