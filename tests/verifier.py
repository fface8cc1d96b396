"""The program with which a stranger checks a result, as a module."""

import importlib.util
from pathlib import Path

PROGRAM = Path(__file__).parents[1] / "docs" / "verify" / "verify.py"


def load():
    spec = importlib.util.spec_from_file_location("verify", PROGRAM)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


verify = load()
