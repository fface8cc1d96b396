"""Rules that hold within a room: circles, the clock, migrations, verbs and sizes."""

import ast
import re
from collections.abc import Iterable, Iterator, Sequence

from tests.architecture.arrows import imports
from tests.architecture.law import Found
from tests.architecture.sources import File, Source, argument, functions

CLOCK = "lib/clock.py"
CLOCKS = {
    *("datetime.date.today", "datetime.datetime.now", "datetime.datetime.today", "datetime.datetime.utcnow"),
    *("django.utils.timezone.now", "time.time", "time.time_ns"),
    *("django.contrib.postgres.functions.TransactionNow", "django.db.models.functions.Now"),
}
CLOCKS_WITHOUT_ARGUMENT = {
    *("django.utils.timezone.localdate", "django.utils.timezone.localtime"),
    *("email.utils.formatdate", "email.utils.localtime"),
    *("time.asctime", "time.ctime", "time.gmtime", "time.localtime"),
}
DATES_ITSELF = {"auto_now", "auto_now_add"}
FREE_AS_DEFAULT_OF_THE_DATABASE = "db_default"
"""`db_default=Now()`: the database's clock dates a row, and Python never sees it before it is written."""
CLOCKS_IN_SQL = re.compile(
    r"(?i)\b(?:now|clock_timestamp|statement_timestamp|transaction_timestamp|timeofday) ?\(\)"
    r"|\b(?:CURRENT_(?:TIMESTAMP|DATE|TIME)|LOCALTIMESTAMP)\b|'now'\s*::|^now$"
)
MOST_LINES, MOST_LINES_OF_A_CLASS, MOST_LINES_OF_A_TEMPLATE, MOST_CHARACTERS = 300, 200, 160, 160


def circles(sources: Sequence[Source]) -> list[list[str]]:
    """The files that import each other, directly or in a round."""
    files = {source.module: source.name for source in sources}
    arrows = {
        source.name: {_file(arrow.to, files) for arrow in imports(source)} - {source.name, ""} for source in sources
    }
    reached = {name: set(_reached(name, arrows)) for name in arrows}
    rounds = {frozenset(other for other in reached[name] if name in reached[other]) for name in arrows}
    return sorted(sorted(each) for each in rounds if each)


def _file(dotted: str, files: dict[str, str]) -> str:
    """The file an import runs: of `ballots.models.Envelope` the package's __init__.py, of `ballots.paper` paper.py."""
    while dotted and dotted not in files:
        dotted = dotted.rpartition(".")[0]
    return files.get(dotted, "")


def _reached(name: str, arrows: dict[str, set[str]]) -> Iterator[str]:
    seen, waiting = set(), [name]
    while waiting:
        for each in arrows.get(waiting.pop(), set()) - seen:
            seen.add(each)
            waiting.append(each)
            yield each


def clock_reads(source: Source) -> list[Found]:
    """Wherever Python or the database is asked what time it is, outside the one clock and migrations."""
    if source.name == CLOCK or source.is_migration:
        return []
    origins = _origins(source)
    dated = [node for node in source.of(ast.keyword) if node.arg == FREE_AS_DEFAULT_OF_THE_DATABASE]
    free = {id(inner) for node in dated for inner in ast.walk(node)}
    found = [(node.lineno, match[0]) for node in source.strings if (match := CLOCKS_IN_SQL.search(node.value))]
    for node in source.of(ast.Attribute, ast.Name):
        if id(node) not in free and (clock := _dotted(node, origins)) in CLOCKS:
            found.append((node.lineno, clock))
    for call in source.of(ast.Call):
        clock = _dotted(call.func, origins)
        if clock in CLOCKS_WITHOUT_ARGUMENT and not argument(call, "value"):
            found.append((call.lineno, f"{clock}()"))
        if clock == "time.strftime" and len(call.args) == 1:
            found.append((call.lineno, f"{clock}() of no moment"))
        found += [(call.lineno, each.arg) for each in call.keywords if each.arg in DATES_ITSELF]
    return [Found(source.name, line, f"reads the clock: {what}") for line, what in found]


def _origins(source: Source) -> dict[str, str]:
    """What each imported name stands for: {"tz": "django.utils.timezone"}."""
    origins = {}
    for alias in [alias for node in source.of(ast.Import) for alias in node.names]:
        top = alias.name.partition(".")[0]
        origins |= {alias.asname: alias.name} if alias.asname else {top: top}
    for node in source.of(ast.ImportFrom):
        origins |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    return origins


def _dotted(node: ast.AST, origins: dict[str, str]) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value, origins)}.{node.attr}"
    return origins.get(getattr(node, "id", ""), "")


def clocks_of_models(source: Source) -> list[Found]:
    """Models are handed the moment (`at`): they do not import the clock."""
    if "models" not in (*source.package, source.module.rpartition(".")[2]):
        return []
    clock = CLOCK.removesuffix(".py").replace("/", ".")
    return [
        Found(source.name, arrow.line, f"a model imports {clock}")
        for arrow in imports(source)
        if arrow.to == clock or arrow.to.startswith(f"{clock}.")
    ]


def positional_verbs(source: Source) -> list[Found]:
    """Whoever acts is named: a function with `by` takes `by` and `at` by keyword only."""
    if source.is_migration:
        return []
    found = []
    for function in functions(source.tree.body):
        arguments = function.args
        placed = [each.arg for each in (*arguments.posonlyargs, *arguments.args)]
        if "by" in placed or "by" in [each.arg for each in arguments.kwonlyargs]:
            wrong = [name for name in ("by", "at") if name in placed]
            what = f"{function.name} takes {' and '.join(wrong)} by place"
            found += [Found(source.name, function.lineno, what)] if wrong else []
    return found


def live_code(source: Source, rooms: Iterable[str]) -> list[Found]:
    """A migration runs for years beside code that has moved on: it imports none of ours."""
    if not source.is_migration:
        return []
    ours = [arrow for arrow in imports(source) if arrow.to.partition(".")[0] in rooms]
    return [Found(source.name, arrow.line, f"a migration {arrow.what}") for arrow in ours]


def too_long(file: File) -> list[Found]:
    """Alarms: a file, a class or a template that cannot be read in one sitting. A counting rule and a migration may."""
    if not isinstance(file, Source):
        long = [(at, len(line)) for at, line in enumerate(file.lines, 1) if len(line) > MOST_CHARACTERS]
        found = [Found(file.name, at, f"a line of {length} characters") for at, length in long]
        return found + _longer(file, MOST_LINES_OF_A_TEMPLATE)
    if file.is_migration:
        return []
    sizes = [(node, node.end_lineno - node.lineno + 1) for node in file.of(ast.ClassDef)]
    found = [
        Found(file.name, node.lineno, f"class {node.name} of {size} lines")
        for node, size in sizes
        if size > MOST_LINES_OF_A_CLASS
    ]
    return found if file.name.startswith("tally/") else found + _longer(file, MOST_LINES)


def _longer(file: File, most: int) -> list[Found]:
    return [Found(file.name, len(file.lines), f"{len(file.lines)} lines")] if len(file.lines) > most else []
