"""A share of the residents as a page writes it."""

import pytest

from results.templatetags.results import percent


@pytest.mark.parametrize(
    ("share", "written"),
    [(78 / 871, "9%"), (532 / 5000, "11%"), (0.4312, "43%"), (0.0098, "1.0%"), (0.0, "0%"), (1.0, "100%"), (None, "")],
)
def test_the_council_reads_a_share_rounded_to_the_nearest_percent(share: float | None, written: str) -> None:
    assert percent(share) == written
