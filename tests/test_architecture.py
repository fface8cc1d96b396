"""The rooms and who may import whom: docs/decisions/0001-sketch.md."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MAY_IMPORT = {
    "budgeting": set(),
    "accounts": {"budgeting"},
    "proposals": {"budgeting"},
    "ballots": {"budgeting", "proposals"},
}
COMPOSITION_ROOT = {"budgeting/settings.py", "budgeting/urls.py", "budgeting/wsgi.py"}
WHERE_A_RESIDENT_MEETS_A_BALLOT = "ballots/casting.py"


def rooms_imported(source: str) -> set[str]:
    modules: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            modules.add(node.module)
    return {module.split(".")[0] for module in modules} & set(MAY_IMPORT)


def modules_of(room: str) -> list[Path]:
    return [path for path in (ROOT / room).rglob("*.py") if "migrations" not in path.parts]


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_a_room_imports_only_what_the_arrows_allow(room: str) -> None:
    trespasses = {}
    for path in modules_of(room):
        name = path.relative_to(ROOT).as_posix()
        allowed = MAY_IMPORT[room] | {room} | ({"accounts"} if name == WHERE_A_RESIDENT_MEETS_A_BALLOT else set())
        if name not in COMPOSITION_ROOT and (found := rooms_imported(path.read_text()) - allowed):
            trespasses[name] = found
    assert trespasses == {}


def test_an_import_turned_round_is_seen() -> None:
    assert rooms_imported("from ballots.casting import cast") - MAY_IMPORT["proposals"] == {"ballots"}


def test_the_count_imports_no_django() -> None:
    for path in (ROOT / "ballots" / "tally").rglob("*.py"):
        tree = ast.parse(path.read_text())
        names = [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
        names += [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
        assert not [name for name in names if name.split(".")[0] == "django"], path
