"""What is typed into the form of a cycle."""

from typing import Any

PHASES = {
    "proposing": ("2027-01-04 08:00", "2027-03-01 20:00"),
    "voting": ("2027-05-03 08:00", "2027-05-23 20:00"),
}


def phase(stage: str, opens: str, closes: str = "", **more: Any) -> dict[str, Any]:
    day, time = opens.split()
    end_day, end_time = closes.split() if closes else ("", "")
    return {"stage": stage, "opens_0": day, "opens_1": time, "closes_0": end_day, "closes_1": end_time, **more}


def rows(prefix: str, rows: list[dict[str, Any]], already: int = 0) -> dict[str, Any]:
    fields = {f"{prefix}-TOTAL_FORMS": len(rows), f"{prefix}-INITIAL_FORMS": already}
    return fields | {f"{prefix}-{n}-{name}": value for n, row in enumerate(rows) for name, value in row.items()}


def calendar(dates: dict[str, tuple[str, str]]) -> list[dict[str, Any]]:
    return [phase(stage, *window) for stage, window in dates.items()]


def form(phases: list[dict[str, Any]], contests: list[dict[str, Any]] | None = None, **more: Any) -> dict[str, Any]:
    cycle = {"slug": "2027", "title": "Budget 2027", "currency": "EUR", "introduction": "", "supporters": "verified"}
    already = sum("id" in row for row in phases)
    return cycle | rows("phases", phases, already) | rows("contests", contests or []) | more
