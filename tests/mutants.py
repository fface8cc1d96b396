"""Changes one thing after the other in a copy of the vote's code, and looks whether a test near it turns red.

    python -m tests.mutants [FILE ...] [--sample N] [--seed S] [--slots K] [--green]

FILE: those of `NEAR`; all of them if none is named. N: so many of their mutants, by chance. Needs DATABASE_URL, as the
tests do, and takes long: a mutant costs what its near tests cost. A mutant that no test misses is printed with its
line; whoever finds that it changes nothing anybody sees adds it to `EQUIVALENT`, and says why.

Comparisons, `and` and `or`, `not`, numbers and booleans, what is returned, raised or called, plus and minus, what a
query asks for. Not: words, annotations, fields of models, the log, and what only says in how many pieces work is done.
"""

import argparse
import ast
import gc
import itertools
import multiprocessing
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from inspect import CO_OPTIMIZED
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import psycopg
import pytest
from psycopg import sql

from tests.without_guards import ROOT, sources

PATIENCE = 300  # seconds after which tests that do not end have missed a mutant

# The tests near each file, those that are quick and see much first. What has no folder is one of tests/ballots.
_NEAR = {
    "ballots/casting.py": "casting two_votes_side_by_side the_booth a_box_is_ready_as_a_whole voting_by_letter"
    " two_pots_of_one_district the_close pausing_the_vote superseding_a_paper",
    "ballots/opening.py": "opening_the_box two_votes_side_by_side what_was_cast_is_counted one_ballot_more_or_less"
    " two_lines_one_person draws a_box_opened_elsewhere the_desk_of_the_box",
    "ballots/counting.py": "opening_the_box closing_without_a_result after_the_opening draws sent_twice"
    " one_ballot_more_or_less results/importing_elections",
    "ballots/board.py": "the_board two_votes_side_by_side what_was_cast_is_counted the_close two_lines_one_person"
    " a_board_told_otherwise",
    "ballots/chain.py": "the_board what_was_cast_is_counted two_lines_one_person a_board_told_otherwise",
    "ballots/stocktaking.py": "what_was_cast_is_counted the_board one_ballot_more_or_less two_lines_one_person",
    "ballots/agreement.py": "after_the_opening two_votes_side_by_side one_ballot_more_or_less"
    " results/importing_elections",
    "ballots/sealing.py": "sealing the_key casting the_ceremony",
    "ballots/marks.py": "what_a_ballot_may_say the_booth opening_the_box",
    "ballots/slots.py": "casting what_was_cast_is_counted the_close",
    "ballots/roll.py": "two_votes_side_by_side two_lines_one_person a_vote_that_begins_and_ends"
    " what_was_cast_is_counted one_ballot_more_or_less results/small_numbers",
    "ballots/readiness.py": "a_box_is_ready_as_a_whole two_votes_side_by_side casting",
    "ballots/key.py": "the_key two_votes_side_by_side the_ceremony sent_twice the_desk_of_the_box opening_the_box",
    "ballots/ceremony.py": "the_ceremony two_votes_side_by_side a_ceremony_in_a_process_of_its_own",
    "ballots/typed_sheets.py": "the_ceremony",
    "ballots/vouching.py": "the_ceremony",
    "ballots/keeper.py": "the_ceremony a_ceremony_in_a_process_of_its_own",
    "ballots/draws.py": "draws opening_the_box two_votes_side_by_side an_auditor_walks_the_vote",
    "residents/admission.py": "casting voting_by_letter residents/verification the_booth",
    "residents/models/verification.py": "residents/verification residents/the_desk residents/a_line_that_ended"
    " two_lines_one_person front/a_lost_register_key",
    "residents/models/letter_code.py": "residents/letters residents/verification residents/letter_runs"
    " voting_by_letter",
}


def _path(name: str) -> str:
    room, _, behaviour = f"ballots/{name}".rpartition("/")
    return f"tests/{room.removeprefix('ballots/')}/test_{behaviour}.py"


NEAR = {file: tuple(map(_path, names.split())) for file, names in _NEAR.items()}

# In (file, change): why nobody sees it.
EQUIVALENT = {
    (
        "ballots/board.py",
        "ReplacedEnvelope.objects.filter(contest=batch.contest, fingerprint__in=named).delete() → "
        "ReplacedEnvelope.objects.filter(fingerprint__in=named).delete()",
    ): "no two envelopes have one fingerprint",
    (
        "ballots/casting.py",
        "if not BallotPaper.objects.filter(pk=paper.pk, digest=paper.digest).exists(): → "
        "if not BallotPaper.objects.filter(digest=paper.digest).exists():",
    ): "the digest is of a text that names the contest",
    (
        "ballots/typed_sheets.py",
        "parts = Part.objects.filter(ceremony__cycle=cycle, ceremony__kind=Ceremony.Kind.KEY)"
        '.select_related("ceremony") → '
        'parts = Part.objects.filter(ceremony__cycle=cycle).select_related("ceremony")',
    ): "the other kinds have no public key, so no share fits them",
    ("ballots/key.py", "test = secrets.token_bytes(32) → test = secrets.token_bytes(33)"): "any chance will do",
    ("ballots/key.py", "test = secrets.token_bytes(32) → test = secrets.token_bytes(31)"): "any chance will do",
    (
        "ballots/roll.py",
        'voted = Envelope.objects.filter(contest__cycle=cycle, resident=OuterRef("resident")) → '
        'voted = Envelope.objects.filter(resident=OuterRef("resident"))',
    ): "a line of the register is of one cycle",
    (
        "ballots/roll.py",
        "told = AuditEvent.objects.filter(action=Done.LINES_JOINED, object__in=named)"
        '.values_list("facts", flat=True) → '
        'told = AuditEvent.objects.filter(object__in=named).values_list("facts", flat=True)',
    ): "no other act is on record of lines that were joined",
    (
        "ballots/slots.py",
        "WIDTH = 1 << 20 # no slot begins further from nothing than this → "
        "WIDTH = 2 << 20 # no slot begins further from nothing than this",
    ): "any width hides what was counted",
    (
        "ballots/slots.py",
        "WIDTH = 1 << 20 # no slot begins further from nothing than this → "
        "WIDTH = 1 << 19 # no slot begins further from nothing than this",
    ): "any width hides what was counted",
    (
        "ballots/slots.py",
        "WIDTH = 1 << 20 # no slot begins further from nothing than this → "
        "WIDTH = 1 << 21 # no slot begins further from nothing than this",
    ): "any width hides what was counted",
    (
        "ballots/stocktaking.py",
        "if batch.first is None or batch.repeated is None: → if batch.first is None and batch.repeated is None:",
    ): "the database keeps both or neither",
    (
        "ballots/readiness.py",
        "open_contests = Contest.objects.filter(cycle__in=cycles, paper=None, no_vote=None) → "
        "open_contests = Contest.objects.filter(paper=None, no_vote=None)",
    ): "it is taken away from these cycles alone",
}


# What is changed -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Mutant:
    """In `file`, what stands between `start` and `end` is `by` instead."""

    file: str
    source: str
    start: int
    end: int
    by: str

    @property
    def text(self) -> str:
        return self.source[: self.start] + self.by + self.source[self.end :]

    @property
    def line(self) -> int:
        return self.source.count("\n", 0, self.start) + 1

    @property
    def change(self) -> str:
        """The lines it touches, before and after."""
        first = self.source.rfind("\n", 0, self.start) + 1
        last = (self.source + "\n").find("\n", self.end)
        after = self.source[first : self.start] + self.by + self.source[self.end : last]
        return f"{_in_one_line(self.source[first:last])} → {_in_one_line(after)}"

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.change}"


def _in_one_line(text: str) -> str:
    return " ".join(text.split())


WORDS = {"_", "gettext", "ngettext", "gettext_lazy", "log", "models"}
ASKS = {"filter", "exclude", "get", "update", "get_or_create", "update_or_create"}
IN_PIECES = {"batch_size", "chunk_size", "indent"}
COMPARED = {
    "<": ("<=", ">="), "<=": ("<", ">"), ">": (">=", "<="), ">=": (">", "<"), "==": ("!=",), "!=": ("==",),
    "is": ("is not",), "is not": ("is",), "in": ("not in",), "not in": ("in",),
}  # fmt: skip
TURNED = {"+": "-", "-": "+", "&": "|", "|": "&"}
EMPTY = {"str": '""', "list": "[]", "set": "set()", "dict": "{}", "int": "0", "bytes": 'b""'}


def mutants_of(file: str, source: str) -> list[Mutant]:
    found = {Mutant(file, source, *edit) for edit in _Edits(source).of(ast.parse(source)) if edit[2] is not None}
    return sorted((each for each in found if each.text != source), key=lambda each: (each.start, each.end, each.by))


Edit = tuple[int, int, str]


class _Edits:
    def __init__(self, source: str) -> None:
        self.source = source
        self.lines = [0, *itertools.accumulate(len(line.encode()) for line in source.splitlines(keepends=True))]
        self.returns = ""

    def at(self, line: int, column: int) -> int:
        return len(self.source.encode()[: self.lines[line - 1] + column].decode())

    def span(self, node: ast.expr | ast.stmt | ast.keyword) -> tuple[int, int]:
        return self.at(node.lineno, node.col_offset), self.at(node.end_lineno or 0, node.end_col_offset or 0)

    def text(self, node: ast.expr) -> str:
        return self.source[slice(*self.span(node))]

    def of(self, node: ast.AST) -> Iterator[Edit]:
        """The changes within a node."""
        if isinstance(node, ast.Call) and _first_name(node.func) in WORDS:
            return
        if isinstance(node, ast.keyword) and node.arg in IN_PIECES:
            return
        if isinstance(node, ast.ClassDef) and node.name == "Meta":
            return
        outer = self.returns
        if isinstance(node, ast.FunctionDef):
            self.returns = ast.unparse(node.returns) if node.returns else ""
        yield from getattr(self, f"of_{type(node).__name__}", lambda _node: ())(node)
        for name, value in ast.iter_fields(node):
            if name not in ("annotation", "returns", "decorator_list", "bases", "keywords" if _is_class(node) else ""):
                for child in value if isinstance(value, list) else [value]:
                    if isinstance(child, ast.AST):
                        yield from self.of(child)
        self.returns = outer

    def between(self, left: ast.expr, right: ast.expr, swaps: Mapping[str, Iterable[str]]) -> Iterator[Edit]:
        """The operator that stands between two operands, by each of what may stand there instead."""
        start, end = self.span(left)[1], self.span(right)[0]
        words = "|".join(sorted(map(re.escape, swaps), key=len, reverse=True)).replace(r"\ ", r"\s+")
        if found := re.search(rf"(?:{words})(?=[\s(\w\"'-]|$)", self.source[start:end]):
            for by in swaps[_in_one_line(found[0])]:
                yield start + found.start(), start + found.end(), by

    def of_Compare(self, node: ast.Compare) -> Iterator[Edit]:
        for left, right in itertools.pairwise([node.left, *node.comparators]):
            yield from self.between(left, right, COMPARED)

    def of_BoolOp(self, node: ast.BoolOp) -> Iterator[Edit]:
        for left, right in itertools.pairwise(node.values):
            yield from self.between(left, right, {"and": ["or"], "or": ["and"]})

    def of_BinOp(self, node: ast.BinOp) -> Iterator[Edit]:
        if not any(isinstance(side, ast.JoinedStr) or _is_text(side) for side in (node.left, node.right)):
            yield from self.between(node.left, node.right, {sign: [by] for sign, by in TURNED.items()})

    def of_AugAssign(self, node: ast.AugAssign) -> Iterator[Edit]:
        yield from self.between(node.target, node.value, {"+=": ["-="], "-=": ["+="]})  # type: ignore[arg-type]

    def of_UnaryOp(self, node: ast.UnaryOp) -> Iterator[Edit]:
        if not isinstance(node.op, ast.UAdd):
            start = self.span(node)[0]
            yield start, start + len("not" if isinstance(node.op, ast.Not) else "~"), ""

    def of_Constant(self, node: ast.Constant) -> Iterator[Edit]:
        if isinstance(node.value, bool):
            yield *self.span(node), str(not node.value)
        elif isinstance(node.value, int):
            for by in (node.value + 1, node.value - 1)[: 2 if node.value else 1]:
                yield *self.span(node), str(by)

    def of_If(self, node: ast.If | ast.IfExp) -> Iterator[Edit]:
        if not isinstance(node.test, ast.Compare | ast.BoolOp | ast.UnaryOp | ast.NamedExpr):
            yield *self.span(node.test), f"not ({self.text(node.test)})"

    of_IfExp = of_If

    def of_Return(self, node: ast.Return) -> Iterator[Edit]:
        if node.value:
            nothing = EMPTY.get(self.returns.partition("[")[0], "None")
            yield *self.span(node.value), f"not ({self.text(node.value)})" if self.returns == "bool" else nothing

    def of_Raise(self, node: ast.Raise) -> Iterator[Edit]:
        yield *self.span(node), "pass"

    def of_Expr(self, node: ast.Expr) -> Iterator[Edit]:
        if isinstance(node.value, ast.Call) and _first_name(node.value.func) not in WORDS:
            yield *self.span(node), "pass"

    def of_Call(self, node: ast.Call) -> Iterator[Edit]:
        """One argument less of what a query asks for."""
        if not isinstance(node.func, ast.Attribute) or node.func.attr not in ASKS:
            return
        asked = node.keywords if node.func.attr == "get" else [*node.args, *node.keywords]
        spans = sorted(map(self.span, asked))
        for place, (start, end) in enumerate(spans):
            if place + 1 < len(spans):
                yield start, spans[place + 1][0], ""
            else:
                yield (spans[place - 1][1] if place else start), end, ""


def _first_name(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _is_class(node: ast.AST) -> bool:
    return isinstance(node, ast.ClassDef)


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


# In the place of what it changes -------------------------------------------------------------------------------------


def put_in_place(mutant: Mutant) -> bool:
    """Give the functions of a module that has been imported the code of its mutant, for all who hold them.

    Not so (False) where something else differs: what is said once, as the module is imported.
    """
    before, after = (compile(text, mutant.file, "exec", dont_inherit=True) for text in (mutant.source, mutant.text))
    changed = list(_changed(before, after))
    if None in changed:
        return False
    functions = [each for each in gc.get_objects() if type(each) is FunctionType]  # what is lazy stays so
    for was, becomes in filter(None, changed):
        live = [each for each in functions if each.__code__ == was]
        if not live or was.co_freevars != becomes.co_freevars:
            return False
        for function in live:
            function.__code__ = becomes
    return bool(changed)


def _changed(before: CodeType, after: CodeType) -> Iterator[tuple[CodeType, CodeType] | None]:
    """The functions that differ, before and after; None for a module or the body of a class that does."""
    if before.co_flags & CO_OPTIMIZED:
        if before != after:
            yield before, after
        return
    inner = [[each for each in code.co_consts if isinstance(each, CodeType)] for code in (before, after)]
    said = [[each for each in code.co_consts if not isinstance(each, CodeType)] for code in (before, after)]
    if said[0] != said[1] or before.co_code != after.co_code or len(inner[0]) != len(inner[1]):
        yield None
        return
    for pair in zip(*inner, strict=True):
        yield from _changed(*pair)


# Whether it is missed ------------------------------------------------------------------------------------------------


class Fate(StrEnum):
    KILLED = "killed"
    TIMED_OUT = "killed, out of time"
    SURVIVED = "SURVIVED"


class Slot:
    """A copy of the program with a database of its own, in which one mutant after the other is tried.

    As a plugin of pytest it has read all tests, and for each mutant goes on as a process of its own.
    """

    def __init__(self, folder: Path, number: int = 0, options: Sequence[str] = ("--reuse-db",)) -> None:
        self.folder = folder
        self.options = ["-q", "-x", "-p", "no:cacheprovider", *options]
        self.database = f"test_mutants_{os.getpid()}_{number}"
        self.own = {"TEST_DATABASE": self.database, "COMMON_PURSE_VAR": str(folder / "var")}

    def fill(self) -> None:
        for name in sources():
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, self.folder / name)

    def drop(self) -> None:
        """Take away its database, and those that tests made beside it."""
        with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
            found = server.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [self.database])
            for (name,) in found.fetchall():
                server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    # By a change of a file

    def passes(self, tests: Sequence[str]) -> tuple[bool, str]:
        """Are these green? And what they said. Raises TimeoutExpired."""
        with tempfile.TemporaryFile("w+") as said:
            run = subprocess.Popen(
                [sys.executable, "-m", "pytest", *self.options, *tests],
                cwd=self.folder, env=os.environ | self.own, stdout=said, stderr=said, start_new_session=True,
            )  # fmt: skip
            try:
                run.wait(PATIENCE)
            finally:
                if run.poll() is None:
                    os.killpg(run.pid, signal.SIGKILL)
                    run.wait()
            said.seek(0)
            return run.returncode == 0, said.read()

    def fate_of(self, mutant: Mutant, tests: Sequence[str]) -> tuple[Fate, str]:
        """What becomes of it, and by which test."""
        file = self.folder / mutant.file
        self._put(file, mutant.text)
        try:
            green, said = self.passes(tests)
        except subprocess.TimeoutExpired:
            self.drop()  # it may have left anything there
            return Fate.TIMED_OUT, ""
        finally:
            self._put(file, mutant.source)
        by = re.findall(r"^(?:FAILED|ERROR) (\S+)", said, re.MULTILINE)
        return (Fate.SURVIVED, "") if green else (Fate.KILLED, by[0] if by else said.strip()[-200:])

    @staticmethod
    def _put(file: Path, text: str) -> None:
        """What is often as long as what was there, and as old to the second: what was compiled of that is no good."""
        file.write_text(text)
        for compiled in file.parent.glob(f"__pycache__/{file.stem}.*.pyc"):
            compiled.unlink()

    # By a change of what has been imported

    def work(self, waiting: Any, fates: Any) -> None:
        """Try what waits, until it is None. In a process of its own."""
        self.waiting, self.fates = waiting, fates
        os.chdir(self.folder)
        os.environ.update(self.own)
        sys.path[:] = [str(self.folder), *(path for path in sys.path if path not in ("", str(ROOT)))]
        for name in [name for name in sys.modules if name.partition(".")[0] == "tests"]:
            del sys.modules[name]
        silence = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(silence, stream)
        pytest.main([*self.options, "--capture=no", *sorted({test for near in NEAR.values() for test in near})], [self])

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        for mutant in iter(self.waiting.get, None):
            reading, writing = os.pipe()
            if not (child := os.fork()):
                os.setsid()
                signal.alarm(PATIENCE)
                code = 2
                try:
                    code = self._is_missed(session, mutant, writing) if put_in_place(mutant) else 3
                finally:
                    os._exit(code)
            os.close(writing)
            with os.fdopen(reading) as said:
                by = said.read()
            fate = {0: Fate.SURVIVED, 1: Fate.KILLED}.get(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
            if fate is None:
                self.drop()
            self.fates.put((mutant, *((fate, by) if fate else self.fate_of(mutant, NEAR[mutant.file]))))
        return True

    def _is_missed(self, session: pytest.Session, mutant: Mutant, told: int) -> int:
        self.told, near = told, NEAR[mutant.file]
        items = [each for each in session.items if each.nodeid.partition("::")[0] in near]
        items.sort(key=lambda each: near.index(each.nodeid.partition("::")[0]))
        for item, following in itertools.zip_longest(items, items[1:]):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if session.shouldfail:
                session._setupstate.teardown_exact(None)
                return 1
        return 0

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            os.write(self.told, report.nodeid.encode() + b" ")


def all_mutants(files: Iterable[str]) -> list[Mutant]:
    return [mutant for file in files for mutant in mutants_of(file, (ROOT / file).read_text())]


def main(arguments: Sequence[str]) -> int:
    """How many mutants no test misses, at most 1; each is printed."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants")
    parser.add_argument("files", nargs="*", metavar="FILE", choices=[*NEAR, []])  # []: none is named
    parser.add_argument("--sample", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--slots", type=int, default=2)
    parser.add_argument("--green", action="store_true", help="the tests are known to be green: do not look first")
    parser.add_argument("--list", action="store_true", help="only say what would be tried")
    given = parser.parse_args(arguments)
    there = all_mutants(given.files or NEAR)
    sample = random.Random(given.seed).sample(there, len(there))[: given.sample]  # more of them begin with the same
    chosen = [mutant for mutant in sample if (mutant.file, mutant.change) not in EQUIVALENT]
    if given.list:
        for mutant in chosen:
            print(mutant)  # noqa: T201
        print(len(there))  # noqa: T201
        return 0
    with tempfile.TemporaryDirectory() as folder:
        slots = [Slot(Path(folder) / str(number), number) for number in range(given.slots)]
        try:
            for slot in slots:
                slot.fill()
            if not given.green:
                _see_them_green(slots[0], {test for mutant in chosen for test in NEAR[mutant.file]})
            fates = list(_tried(chosen, slots))
        finally:
            for slot in slots:
                slot.drop()
    survived = fates.count(Fate.SURVIVED)
    unseen = len(sample) - len(chosen)
    print(f"{len(fates) - survived} of {len(fates)} were killed; {unseen} change nothing; there are {len(there)}.")  # noqa: T201
    return int(bool(survived))


def _see_them_green(slot: Slot, tests: set[str]) -> None:
    green, said = slot.passes(sorted(tests))
    if not green:
        raise RuntimeError(f"Some tests are red as it is: {said[-2000:]}")


def _tried(mutants: Sequence[Mutant], slots: Sequence[Slot]) -> Iterator[Fate]:
    """What becomes of each, in as many slots at once as there are."""
    processes = multiprocessing.get_context("fork")
    waiting, fates = processes.SimpleQueue(), processes.Queue()
    workers = [processes.Process(target=slot.work, args=(waiting, fates), daemon=True) for slot in slots]
    for worker in workers:
        worker.start()
    feeder = threading.Thread(target=lambda: [waiting.put(each) for each in [*mutants, *[None] * len(slots)]])
    feeder.start()
    for _mutant in mutants:
        mutant, fate, by = fates.get()
        print(f"{fate}: {mutant}{by and f'  [{by}]'}", flush=True)  # noqa: T201
        yield fate
    for worker in [feeder, *workers]:
        worker.join()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
