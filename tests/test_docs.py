"""What the documents name is there: files, functions, tests, rooms, and every variable a city may set."""

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest

from budgeting import environment

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = sorted({*ROOT.glob("*.md"), *ROOT.glob("[a-z]*/*.md"), *ROOT.glob("docs/**/*.md")})

NAMED = re.compile(r"`((?:\w+/)*\w+\.py): ([^`]+)`")  # `ballots/board.py: publish, look_up`
FILE = re.compile(r"`((?:[\w.-]+/)+[\w.-]+\.(?:py|md|html|toml|po|mo))\b")
LINK = re.compile(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)")
WHAT_IT_WAS = "| was | is |"  # the head of a table whose first column tells of what is no more

ROOMS = [path.parent for path in ROOT.glob("*/__init__.py")]
READ_FROM_THE_ENVIRONMENT = [ROOT / "run", *ROOT.glob("*.py"), *(path for room in ROOMS for path in room.rglob("*.py"))]
OF_THE_SYSTEM = {"PATH", "PYTHONPATH", "DJANGO_SETTINGS_MODULE"}
SET_BY_A_UNIT = re.compile(r"^(?:Pass)?Environment=\"?([A-Z_]+)", re.MULTILINE)


def name_of(document: Path) -> str:
    return str(document.relative_to(ROOT))


def present(document: Path) -> str:
    """What a document says of today: without the first column of its tables of what moved."""
    lines, moved = [], False
    for line in document.read_text().splitlines():
        moved = line == WHAT_IT_WAS or (moved and line.startswith("|"))
        lines.append(line.split("|", 2)[2] if moved else line)
    return "\n".join(lines)


@cache
def names_in(file: Path) -> frozenset[str]:
    """What a file gives a name to, at its top and in its classes: "cast", "Cycle.allows"."""
    return frozenset(_names(ast.parse(file.read_text()).body))


def _names(body: Iterable[ast.stmt], owner: str = "") -> Iterator[str]:
    for node in body:
        match node:
            case ast.ClassDef():
                yield owner + node.name
                yield from _names(node.body, f"{owner}{node.name}.")
            case ast.FunctionDef():
                yield owner + node.name
            case ast.Assign():
                yield from (owner + target.id for target in node.targets if isinstance(target, ast.Name))
            case ast.AnnAssign(target=ast.Name()):
                yield owner + node.target.id


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_every_name_in_a_document_is_in_its_file(document: Path) -> None:
    missing = [
        f"{file}: {name}"
        for file, names in NAMED.findall(present(document))
        for name in names.split(", ")
        if not (ROOT / file).exists() or name not in names_in(ROOT / file)
    ]
    assert missing == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_every_file_a_document_names_is_there(document: Path) -> None:
    text = present(document)
    linked = {link for link in LINK.findall(text) if not (document.parent / link).exists()}
    named = {file for file in FILE.findall(text) if not (ROOT / file).exists()}
    assert linked | named == set()


def test_each_threat_names_what_shows_its_defence_or_says_that_there_is_none() -> None:
    rows = [
        line.split("|")[1:-1]
        for line in (ROOT / "docs" / "threat-model.md").read_text().splitlines()
        if line[:1] == "|"
    ]
    threats = [row for row in rows if row[0].strip() not in ("tries", "---")]
    assert len(threats) > 30
    unshown = [tries for tries, _stops, shown in threats if "`tests/" not in shown]
    assert [tries for tries, stops, shown in threats if shown.strip() == "nothing" and "nothing" in stops] == unshown


def test_the_readme_has_a_line_for_every_room() -> None:
    rooms = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests"}
    told = set(re.findall(r"^\| \[`(\w+)/`\]", (ROOT / "README.md").read_text(), re.MULTILINE))
    assert told - {"templates", "tests", "docs"} == rooms


def test_the_table_of_variables_names_what_the_code_reads_and_nothing_else() -> None:
    read = {name for file in READ_FROM_THE_ENVIRONMENT for name in variables_read(file)}
    declared = {variable.name for variable in environment.VARIABLES}
    assert variables_of_the_table() == declared | (read - OF_THE_SYSTEM)


def test_a_variable_is_read_where_it_is_declared_and_nowhere_else() -> None:
    """So none is taken without a look at what it says: tests/setup/test_wrong_settings.py tries each."""
    read = {name for file in READ_FROM_THE_ENVIRONMENT for name in variables_read(file)}
    assert read - OF_THE_SYSTEM == {"PYTHONDONTWRITEBYTECODE"}


def test_what_runs_the_program_sets_variables_of_the_table_only() -> None:
    units = [path.read_text() for path in (ROOT / "deploy").rglob("*") if path.is_file()]
    named = {name for unit in units for name in SET_BY_A_UNIT.findall(unit)}
    assert "COMMON_PURSE_VAR" in named
    assert named - variables_of_the_table() == set()


@pytest.mark.parametrize("file", ["run", "postgres.py", "budgeting/settings.py", "front/apps.py"])
def test_a_variable_is_missed_in_the_table_wherever_it_is_read(file: str, tmp_path: Path) -> None:
    assert ROOT / file in READ_FROM_THE_ENVIRONMENT
    more = tmp_path / "more.py"
    more.write_text(f"{(ROOT / file).read_text()}\n\nimport os\nNEW = os.environ.get('NEVER_HEARD_OF')\n")
    assert set(variables_read(more)) - OF_THE_SYSTEM - variables_of_the_table() == {"NEVER_HEARD_OF"}


def variables_of_the_table() -> set[str]:
    rows = re.findall(r"^\| (`[A-Z].*?) \|", (ROOT / "docs" / "running.md").read_text(), re.MULTILINE)
    return {name for row in rows for name in re.findall(r"`([A-Z_]+)`", row)}


def variables_read(file: Path) -> Iterator[str]:
    """The variables a file asks for: by name, or through a function of its own that is handed the name."""
    if not re.search("environ|getenv", text := file.read_text()):
        return
    tree = ast.parse(text)
    asking = {"os.environ.get", "os.environ.setdefault", "os.environ.pop", "os.getenv"}
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        handed = {argument.arg for argument in function.args.args}
        asked = [call.args[0] for call in _calls(function) if ast.unparse(call.func) in asking]
        asking |= {function.name} if any(getattr(word, "id", "") in handed for word in asked) else set()
    words = [call.args[0] for call in _calls(tree) if ast.unparse(call.func) in asking]
    for node in ast.walk(tree):
        match node:
            case ast.Subscript(ctx=ast.Load()) if ast.unparse(node.value) == "os.environ":
                words.append(node.slice)
            case ast.Compare(comparators=[container]) if ast.unparse(container) == "os.environ":
                words.append(node.left)
    yield from (word.value for word in words if isinstance(word, ast.Constant))


def _calls(tree: ast.AST) -> list[ast.Call]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call) and node.args]


def test_what_is_not_there_is_found(tmp_path: Path) -> None:
    document = tmp_path / "moved.md"
    moved = "| was | is |\n|---|---|\n| `ballots/old.py` | `ballots/paper.py` |\n"
    document.write_text(f"`tests/test_docs.py: gone`\n{moved}")
    [(file, name)] = NAMED.findall(present(document))
    assert name not in names_in(ROOT / file)
    assert FILE.findall(present(document)) == ["tests/test_docs.py", "ballots/paper.py"]
    assert SET_BY_A_UNIT.findall("Environment=A_B=1\nEnvironmentFile=/etc/x\nPassEnvironment=CITY") == ["A_B", "CITY"]
    settings = tmp_path / "settings.py"
    settings.write_text(
        'import os\n\n\ndef secret(name):\n    return os.environ.get(name)\n\n\nKEY = secret("KEY")\n'
        'if "DEMO" in os.environ:\n    CITY = os.environ["CITY"]\nos.environ["SET"] = os.getenv("HOST", "")\n'
    )
    assert set(variables_read(settings)) == {"KEY", "DEMO", "CITY", "HOST"}
