"""The table of stages: no stage lacks anything, every act is asked for, and each page says what its stage says."""

import ast
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from html import unescape

import pytest
from django.conf import settings
from django.test import Client
from django.urls import URLResolver, get_resolver
from django.utils.functional import Promise

from ballots.models import BallotBoxKey, BallotPaper
from budgeting import pages
from budgeting.models import Contest, Cycle, District, Phase
from budgeting.stages import STAGES, About, Act, Button, Stage
from tests.architecture.sources import House, Source

At = Callable[[str], datetime]

TABLE = "budgeting/stages.py"
ROOMS = {path.parent.name for path in settings.BASE_DIR.glob("*/__init__.py")} - {"demo", "docs", "tests"}


# The table -----------------------------------------------------------------------------------------------------------


def lacks(about: About) -> list[str]:
    """What a stage's entry is without."""
    words = ("name", "heading", "sentence", "story", "proposals")
    missing = [name for name in words if not (isinstance(getattr(about, name), Promise) and str(getattr(about, name)))]
    if about.button not in Button:
        missing.append("button")
    if not about.acts:
        missing.append("acts")
    return missing


def test_no_stage_lacks_anything() -> None:
    assert list(STAGES) == list(Stage)
    assert {stage: missing for stage in Stage if (missing := lacks(stage.about))} == {}


def test_what_a_stage_lacks_is_noticed() -> None:
    about = Stage.VOTING.about
    assert lacks(replace(about, heading="", acts=frozenset())) == ["heading", "acts"]
    assert lacks(replace(about, sentence="Only ever in English.")) == ["sentence"]


def test_every_stage_goes_by_words_of_its_own() -> None:
    for words in ("name", "heading", "sentence", "story"):
        said = Counter(str(getattr(stage.about, words)) for stage in Stage)
        assert [sentence for sentence, times in said.items() if times > 1] == []


def test_no_two_stages_are_equally_urgent() -> None:
    assert sorted(stage.about.urgency for stage in Stage) == list(range(1, len(Stage) + 1))


def test_every_stage_but_the_first_can_have_dates() -> None:
    assert {value for value, _ in Phase.STAGES} == {stage.value for stage in Stage} - {Stage.PREPARING.value}


# Acts ----------------------------------------------------------------------------------------------------------------


def only_shows(source: Source) -> bool:
    """Pages ask so that they offer what is open. That binds nobody: whoever acts asks again."""
    return bool({"views", "views.py", "templatetags", "checklist.py"} & set(source.name.split("/")))


def acts_asked(sources: list[Source]) -> set[str]:
    """The names of the acts that verbs ask for, outside the table itself."""
    return {
        node.attr
        for source in sources
        if source.name != TABLE and not only_shows(source)
        for node in source.of(ast.Attribute)
        if isinstance(node.value, ast.Name) and node.value.id == "Act"
    }


def test_every_act_is_open_at_some_stage() -> None:
    assert {act for stage in Stage for act in stage.about.acts} == set(Act)


def test_in_a_gap_nothing_new_is_open() -> None:
    """But the freezing of the paper, which waits for the end of the review."""
    for stage in Stage:
        assert stage.about.acts_after - stage.about.acts <= {Act.FREEZE_PAPER}


def test_every_act_is_asked_for_by_a_verb() -> None:
    """An act that nothing asks for is a rule that binds nobody."""
    house = House.at(settings.BASE_DIR, ROOMS)
    assert len(house.sources) > 100
    assert {act.name for act in Act} - acts_asked(house.sources) == set()


def test_an_act_that_only_the_table_and_a_page_know_is_not_asked_for() -> None:
    asked = Source("proposals/verbs.py", "from budgeting.stages import Act\ncycle.allows(Act.VOTE, at)  # Act.COUNT")
    table, page = Source(TABLE, "acts = {Act.COUNT}"), Source("front/views/desk.py", "may = {Act.COUNT}")
    assert acts_asked([asked, table, page]) == {"VOTE"}


# Addresses -----------------------------------------------------------------------------------------------------------


def routes(resolver: URLResolver, before: str = "") -> Iterator[str]:
    """Every address of the site as it is written in the configuration."""
    for each in resolver.url_patterns:
        route = before + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from routes(each, route)
        else:
            yield route


def words_after_a_cycle(found: Iterator[str] | list[str]) -> set[str]:
    """The words that stand where a district or a contest stands: /2027/board/."""
    begins = [re.match(r"<cycle:cycle>/([-\w]+)/", route) for route in found]
    return {begin[1] for begin in begins if begin}


def test_no_page_of_a_cycle_can_be_taken_for_a_district() -> None:
    assert words_after_a_cycle(routes(get_resolver())) == set(pages.WORDS)


def test_a_new_page_of_a_cycle_is_noticed() -> None:
    new = ["<cycle:cycle>/maps/", "<cycle:cycle>/<slug:contest>/ballot/", "<cycle:cycle>/results.pdf", "audit/log/"]
    assert words_after_a_cycle(new) == {"maps"}


@pytest.mark.parametrize("word", pages.WORDS)
def test_neither_a_district_nor_a_contest_takes_the_address_of_a_page(
    client: Client, at: At, cycle: Cycle, riverside: District, word: str
) -> None:
    sentence = "A page of each cycle has this address already. Choose another."
    for place in (District(slug=word, name="x"), Contest(cycle=cycle, district=riverside, slug=word, budget=1)):
        with pytest.raises(Exception, match="A page of each cycle") as refusal:
            place.full_clean()
        assert sentence in refusal.value.messages


# Pages ---------------------------------------------------------------------------------------------------------------


def main_buttons(page: str) -> list[str]:
    """The addresses of a page's large buttons."""
    return re.findall(r'<a class="button large" href="([^"]+)"', page)


def said_of(stage: Stage) -> About:
    """Where nothing is counted, nobody is told what they decided."""
    return Stage.COUNTING.about if Act.SEE_RESULTS in stage.about.acts else stage.about


def leads_somewhere(client: Client, page: str, address: str) -> bool:
    if address.startswith("#"):
        return f'id="{address[1:]}"' in page
    return client.get(address).status_code in (200, 302)


@pytest.mark.sampled(3)
@pytest.mark.parametrize("address", ["/", "/2027/"])
@pytest.mark.parametrize("stage", Stage)
def test_at_each_stage_a_page_says_what_it_is_about_and_leads_on(
    client: Client, at: At, riverside_contest: Contest, stage: Stage, address: str
) -> None:
    at(stage)
    page = unescape(client.get(address).content.decode())
    about = said_of(stage)
    assert f"<h1>{about.heading}</h1>" in page
    assert f'<p class="lead">{about.sentence}</p>' in page
    (button,) = main_buttons(page)
    assert leads_somewhere(client, page, button)


@pytest.mark.sampled(3)
@pytest.mark.parametrize("stage", Stage)
def test_at_each_stage_the_page_of_a_contest_says_what_it_is_about_and_leads_on(
    client: Client, at: At, riverside_paper: BallotPaper, box_key: BallotBoxKey, stage: Stage
) -> None:
    at(stage)
    page = unescape(client.get("/2027/riverside/").content.decode())
    assert f'<span class="tag now">{stage.about.name}</span>' in page
    assert f'<p class="lead">{said_of(stage).sentence}</p>' in page
    buttons = main_buttons(page)
    assert len(buttons) == (stage.about.button in (Button.PROPOSE, Button.VOTE, Button.SEE_RESULTS))
    assert [address for address in buttons if not leads_somewhere(client, page, address)] == []


@pytest.mark.parametrize("stage", [stage for stage in Stage if stage is not Stage.PREPARING])
def test_the_page_that_explains_it_all_tells_of_each_stage(client: Client, db: None, stage: Stage) -> None:
    page = unescape(client.get("/how-it-works/").content.decode())
    assert str(stage.about.name) in page
    assert str(stage.about.story) in page
