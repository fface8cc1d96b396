"""Each guard on the list is there, and a test misses it when it is not (without_guards.py)."""

from pathlib import Path

import pytest

from tests.without_guards import GUARDS, ROOT, Guard, is_missed


def test_each_is_there_once() -> None:
    there = {guard.name: (ROOT / guard.file).read_text().count(guard.text) for guard in GUARDS}
    assert {name: times for name, times in there.items() if times != 1} == {}
    assert len(there) == len(GUARDS)


@pytest.mark.marathon
@pytest.mark.sampled(2)
@pytest.mark.parametrize("guard", [pytest.param(guard, id=guard.name) for guard in GUARDS])
def test_a_test_misses_it(guard: Guard, tmp_path: Path) -> None:
    assert is_missed(guard, tmp_path)
