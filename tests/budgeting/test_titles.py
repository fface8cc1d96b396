"""A page's title names the place, and nothing else."""

import pytest
from django.test import Client
from django.utils.html import strip_tags

from budgeting.models import Contest


@pytest.mark.sampled(4)
@pytest.mark.parametrize("stage", ["proposing", "voting", "counting", "delivering"])
@pytest.mark.parametrize("page", ["/", "/2027/", "/2027/riverside/"])
def test_a_title_is_words_only(client: Client, at, riverside_contest: Contest, stage: str, page: str) -> None:
    at(stage)
    html = client.get(page).content.decode()
    title = html.partition("<title>")[2].partition("</title>")[0]
    assert title.strip()
    assert strip_tags(title) == title
