"""Where the real elections are. They are not part of the project (no licence is stated for them)."""

import json
from functools import cache
from pathlib import Path

import pytest

from tally import pabulib

FOLDER = Path(__file__).parents[3] / "shared" / "pabulib"
FILES = sorted(path.name for path in FOLDER.glob("*.pb"))
needs_corpus = pytest.mark.skipif(not FILES, reason=f"the real elections of Pabulib are not in {FOLDER}")


@cache
def election(name: str) -> pabulib.PabulibFile:
    return pabulib.read(FOLDER / name)


@cache
def pabutools() -> dict:
    """The winners pabutools 1.2.3 gives, and the CPU seconds it took."""
    return json.loads((FOLDER / "pabutools.json").read_text("utf-8"))
