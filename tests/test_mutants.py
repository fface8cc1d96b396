"""One thing after the other is changed in the vote's code, and it is seen which of them a test misses (mutants.py)."""

import importlib
import sys
from pathlib import Path

import pytest

from tests.mutants import EQUIVALENT, NEAR, ROOT, Fate, Slot, mutants_of, put_in_place

TOY = """
MOST = 3

def may_vote(age: int, barred: bool) -> bool:
    return age >= 16 and not barred

def greeting(age: int) -> str:
    return "Bonjour" if age > 30 else "Salut"
"""
TEST = """
from toy import may_vote

def test_who_is_16_votes():
    assert may_vote(16, barred=False)
"""


def test_what_a_test_looks_at_is_missed_and_what_none_does_is_not(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    (tmp_path / "toy.py").write_text(TOY)
    (tmp_path / "test_toy.py").write_text(TEST)
    mutants = {mutant.change: mutant for mutant in mutants_of("toy.py", TOY)}
    votes, greets = "return age >= 16 and not barred", 'return "Bonjour" if age > 30 else "Salut"'
    slot = Slot(tmp_path, 0, options=())
    fates = {
        change: slot.fate_of(mutants[f"{before} → {change}"], ["test_toy.py"])[0]
        for before, change in (
            (votes, "return age > 16 and not barred"),
            (greets, 'return "Bonjour" if age >= 30 else "Salut"'),
        )
    }
    assert list(fates.values()) == [Fate.KILLED, Fate.SURVIVED]
    assert (tmp_path / "toy.py").read_text() == TOY


def test_a_function_is_changed_for_whoever_holds_it_and_what_is_said_once_is_not(tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "toy_in_place.py").write_text(TOY)
    monkeypatch.syspath_prepend(tmp_path)
    held = importlib.import_module("toy_in_place").may_vote
    monkeypatch.delitem(sys.modules, "toy_in_place")
    by_change = {mutant.change.partition(" → ")[2]: mutant for mutant in mutants_of("toy_in_place.py", TOY)}
    assert held(16, barred=False)
    assert put_in_place(by_change["return age > 16 and not barred"])
    assert not held(16, barred=False)
    assert not put_in_place(by_change["MOST = 4"])


@pytest.mark.parametrize(
    ("line", "instead"),
    [
        ("x = a < b", {"x = a <= b", "x = a >= b"}),
        ("x = a not in b", {"x = a in b"}),
        ("x = not (a and b)", {"x = (a and b)", "x = not (a or b)"}),
        ("x = 1", {"x = 0", "x = 2"}),
        ("x = found.filter(of=a, at=b)", {"x = found.filter(at=b)", "x = found.filter(of=a)"}),
        ("allow(why)", {"pass"}),
        ("raise Refused", {"pass"}),
        ("x = a + b", {"x = a - b"}),
        ("def f() -> list[str]: return [a]", {"def f() -> list[str]: return []"}),
        ('def f(): "Says 1 < 2."', set()),
        ('x: Annotated[int, 2] = _("1 of 2")', set()),
        ("log.info(a)", set()),
        ("class Meta: abstract = True", set()),
    ],
)
def test_what_is_changed_in_a_line(line: str, instead: set[str]) -> None:
    assert {mutant.change.partition(" → ")[2] for mutant in mutants_of("f.py", line)} == instead


def test_what_nobody_sees_is_still_there() -> None:
    there = {(file, mutant.change) for file in NEAR for mutant in mutants_of(file, (ROOT / file).read_text())}
    assert EQUIVALENT.keys() - there == set()
    assert [test for tests in NEAR.values() for test in tests if not (ROOT / test).is_file()] == []
