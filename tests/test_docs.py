"""What the documents name is there: files, functions, tests, rooms, and every variable a city may set."""

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = sorted({*ROOT.glob("*.md"), *ROOT.glob("[a-z]*/*.md"), *ROOT.glob("docs/**/*.md")})

NAMED = re.compile(r"`((?:\w+/)*\w+\.py): ([^`]+)`")  # `ballots/board.py: publish, look_up`
FILE = re.compile(r"`((?:[\w.-]+/)+[\w.-]+\.(?:py|md|html|toml|po|mo))\b")
LINK = re.compile(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)")
WHAT_IT_WAS = "| was | is |"  # the head of a table whose first column tells of what is no more

READ_FROM_THE_ENVIRONMENT = ["budgeting/settings.py", "run", "postgres.py"]
OF_THE_SYSTEM = {"PATH", "PYTHONPATH"}


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


def test_the_readme_has_a_line_for_every_room() -> None:
    rooms = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests"}
    told = set(re.findall(r"^\| \[`(\w+)/`\]", (ROOT / "README.md").read_text(), re.MULTILINE))
    assert told - {"templates", "tests", "docs"} == rooms


def test_the_table_of_variables_names_what_the_code_reads_and_nothing_else() -> None:
    read = {name for file in READ_FROM_THE_ENVIRONMENT for name in variables_read(ROOT / file)}
    rows = re.findall(r"^\| (`[A-Z].*?) \|", (ROOT / "docs" / "running.md").read_text(), re.MULTILINE)
    assert {name for row in rows for name in re.findall(r"`([A-Z_]+)`", row)} == read - OF_THE_SYSTEM


def variables_read(file: Path) -> Iterator[str]:
    """The variables a file asks for: by name, or through a function of its own that is handed the name."""
    tree = ast.parse(file.read_text())
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
    settings = tmp_path / "settings.py"
    settings.write_text(
        'import os\n\n\ndef secret(name):\n    return os.environ.get(name)\n\n\nKEY = secret("KEY")\n'
        'if "DEMO" in os.environ:\n    CITY = os.environ["CITY"]\nos.environ["SET"] = os.getenv("HOST", "")\n'
    )
    assert set(variables_read(settings)) == {"KEY", "DEMO", "CITY", "HOST"}
