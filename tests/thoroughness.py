"""How thoroughly the tests look. `./run test` leaves out or shortens what takes long; `./run test --long` does not."""

LONG = False  # tests/conftest.py sets it before any test is read


def many(short: int, long: int) -> int:
    """How many of something are tried: `short` ordinarily, `long` under --long."""
    return long if LONG else short
