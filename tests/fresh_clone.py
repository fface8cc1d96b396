"""What of a fresh clone runs before anything is installed."""

import shutil
from pathlib import Path

ROOT = Path(__file__).parents[1]
STANDARD_LIBRARY_ONLY = (
    *("budgeting/__init__.py", "budgeting/environment.py", "budgeting/may_be.py"),
    *("postgres.py", "watch.py"),
)


def copied_to(folder: Path) -> None:
    """The files that matter before anything is installed, in a folder of their own."""
    (folder / "budgeting").mkdir(parents=True, exist_ok=True)
    for name in ("run", "pyproject.toml", "uv.lock", *STANDARD_LIBRARY_ONLY):
        shutil.copy(ROOT / name, folder / name)
