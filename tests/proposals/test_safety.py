"""T-06, T-11 and T-16: no change by GET, nothing of what people type is run, and no text keeps the server busy."""

import re
import sys
from collections.abc import Callable
from difflib import SequenceMatcher
from html.parser import HTMLParser
from urllib.parse import quote

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit.models import AuditEvent
from lib import text_diff
from lib.markdown import to_html
from tests.cast import drafted, picture
from tests.keeping import kept

pytestmark = pytest.mark.heavy

PAYLOADS = [
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg/onload=alert(1)>",
    "</textarea><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "<!--<script>-->alert(1)",
    "[a](javascript:alert(1))",
    "[a](jAvAsCrIpT&colon;alert(1))",
    "[a](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "![x](https://evil.example/pixel.png)",
    '<a href="javascript:alert(1)" onclick="alert(1)">a</a>',
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "{{ request.user.email }}{% debug %}",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "`<img src=x onerror=alert(1)>`",
]


def addresses(proposal, draft, comment) -> list[str]:
    """Every page of this room."""
    where = [proposal.cycle.slug, proposal.contest.district.slug]
    one = [*where, proposal]
    pages = [reverse(name, args=[where[0]]) for name in ("proposals", "places", "propose_where")]
    pages += [reverse(name, args=where) for name in ("district_proposals", "propose")]
    named = ("proposal", "proposal_history", "edit_proposal", "proposal_photos", "withdraw_proposal", "endorsement")
    pages += [reverse(name, args=one) for name in (*named, "comment", "decide", "report_delivery")]
    about = [comment, proposal.versions.first(), *proposal.photos.all()]
    for name in ("complaint", "hiding", "authors_answer"):
        pages += [reverse(name, args=one), *(reverse(name, args=[*one, part]) for part in about)]
    pages += [reverse("draft", args=[*where, draft.pk, step]) for step in ("what", "where", "cost", "photo")]
    return pages + [reverse(name, args=[*where, draft.pk]) for name in ("preview", "discard")]


def rows() -> dict[str, list]:
    """Every row of this room and of the audit log."""
    models = [*apps.get_app_config("proposals").get_models(), AuditEvent]
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in models}


@kept
def everything(proposal, rosa, tomas, riverside_contest, at):
    comment = proposal.comment(by=tomas, at=at("proposing"), text="Hello")
    comment.report(by=rosa, at=at("proposing"), reason="Too short")
    return addresses(proposal, drafted(rosa, riverside_contest), comment)


WHO_AND_WHEN = [
    *((who, "proposing") for who in (None, "rosa")),
    ("martin", "reviewing"),
    *(pytest.param(who, "reviewing", marks=pytest.mark.long) for who in (None, "rosa", "tomas", "clara")),
    *(pytest.param(who, "proposing", marks=pytest.mark.long) for who in ("tomas", "martin", "clara")),
]


@pytest.mark.sampled(1)
@pytest.mark.parametrize(("who", "stage"), WHO_AND_WHEN)
def test_t06_nothing_changes_by_looking(client, everything, at, who, stage, request):
    at(stage)
    if who:
        client.force_login(request.getfixturevalue(who))
    before, buttons = rows(), dict.fromkeys(("undo", "remove", "keep", "show", "leave"), "1")
    for address in everything:
        for look in (client.get, client.head):
            assert look(address, {**buttons, "why": "ad", "reason": "x"}).status_code < 500, address
    assert rows() == before


def test_t06_a_post_from_elsewhere_is_refused_on_every_page(everything, rosa, at):
    stranger = Client(enforce_csrf_checks=True)
    stranger.force_login(rosa)
    before = rows()
    for address in everything:
        assert stranger.post(address, {"text": "x", "reason": "x"}).status_code in (403, 405), address
    assert rows() == before


class Running(HTMLParser):
    """Finds in a page what a browser would run or fetch from elsewhere; the page's own parts are known."""

    OWN_SCRIPTS = ("/static/",)
    OWN_IMAGES = ("/photos/", "/static/")

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "script" and given.get("type") != "application/json":
            self.found += [] if given.get("src", "").startswith(self.OWN_SCRIPTS) else [f"script {given}"]
        if tag == "img" and not given.get("src", "").startswith(self.OWN_IMAGES):
            self.found.append(f"img {given}")
        if tag in ("iframe", "object", "embed", "math", "svg", "base", "style"):
            self.found.append(tag)
        self.found += [f"{tag} {name}" for name in given if name.startswith("on")]
        for name in ("href", "src", "action", "formaction"):
            if re.match(r"\W*(javascript|data|vbscript):", given.get(name, ""), re.IGNORECASE):
                self.found.append(f"{tag} {name}={given[name]}")


def test_the_search_for_running_parts_finds_them():
    for payload in (
        "<script>alert(1)</script>",
        "<img src=x>",
        "<p onclick=a()>",
        "<a href=' javascript:a()'>",
        "<svg>",
    ):
        assert Running(payload).found


@pytest.mark.long
def test_t11_what_people_type_is_shown_and_never_run(client, submitted, rosa, tomas, clara, martin, at):
    now, all_of_it = at("proposing"), "\n\n".join(PAYLOADS)
    rosa.name, tomas.name = PAYLOADS[1], PAYLOADS[2]
    rosa.save()
    tomas.save()
    short = {"summary": PAYLOADS[0], "beneficiaries": PAYLOADS[4], "address": PAYLOADS[2]}
    proposal = submitted(rosa, title=PAYLOADS[2] + PAYLOADS[5], description=all_of_it, **short)
    proposal.edit(by=rosa, at=now, description=all_of_it + " and more", summary="Changed " + PAYLOADS[1])
    proposal.add_photo(by=rosa, at=now, file=picture(), alt=PAYLOADS[2])
    draft = drafted(rosa, proposal.contest, title=PAYLOADS[3], description=all_of_it, **short)
    comment = proposal.comment(by=tomas, at=now, text=all_of_it)
    proposal.comment(by=rosa, at=now, text=all_of_it, parent=comment)
    comment.report(by=rosa, at=now, reason=PAYLOADS[0])
    proposal.comment(by=tomas, at=now, text="Hidden").hide(by=clara, at=now, reason=PAYLOADS[0])
    proposal.decide(by=martin, at=at("reviewing"), outcome="return", reason=all_of_it)
    asked = [f"/2027/proposals/?{quote(name)}={quote(payload)}" for name in ("q", "sort") for payload in PAYLOADS[:6]]
    for user in (None, rosa, clara, martin):
        client.logout()
        if user:
            client.force_login(user)
        for address in addresses(proposal, draft, comment) + (asked if user is None else []):
            answer = client.get(address)
            if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
                assert Running(answer.text).found == [], address


@pytest.mark.sampled(6)
@pytest.mark.parametrize("payload", PAYLOADS)
def test_t11_no_title_name_or_comment_is_run(client, submitted, rosa, at, payload):
    rosa.name = payload[:80]
    rosa.save()
    proposal = submitted(rosa, title=payload[:120], summary=payload, description=payload)
    proposal.comment(by=rosa, at=at("proposing"), text=payload)
    for address in (proposal.get_absolute_url(), "/2027/proposals/"):
        assert Running(client.get(address).text).found == []


@pytest.mark.parametrize("payload", PAYLOADS)
def test_t11_markdown_yields_nothing_but_the_allowed(payload):
    made = to_html(payload)
    assert Running(made).found == []
    assert "<img" not in made


@pytest.mark.parametrize(
    ("text", "ranks"), [("## A\n### B", "34"), ("# A\n#### B\n# C", "343"), ("### A\n# B", "33"), ("A\n=\nB\n-", "34")]
)
def test_headings_begin_under_the_pages_own_and_leave_no_rank_out(text, ranks):
    assert "".join(re.findall(r"<h(\d)>", to_html(text))) == ranks


def test_markdown_keeps_what_is_meant():
    made = to_html(
        "# Plan\n\n**Bold** and [a link](https://example.org) or [mail](mailto:a@example.org) [here](/admin/)"
    )
    assert "<h3>Plan</h3>" in made
    assert "<strong>Bold</strong>" in made
    assert '<a href="https://example.org" rel="nofollow noopener ugc">a link</a>' in made
    assert 'href="mailto:a@example.org"' in made
    assert "/admin/" not in made


def work_of(deed: Callable[[], object]) -> int:
    """How many lines of Python it runs: the same on a slow machine."""
    lines = 0

    def count(*_: object) -> Callable[..., object]:
        nonlocal lines
        lines += 1
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        deed()
    finally:
        sys.settrace(before)
    return lines


def test_the_measure_of_work_tells_a_trap():
    def trap(size: int) -> int:
        return work_of(lambda: [to_html("a") for _ in range(size) for _ in range(size)])

    assert trap(8) > 3.5 * trap(4)


@pytest.mark.sampled(5)
@pytest.mark.parametrize(
    "unit", ["a@", "<", "[", "![", "*_", "> ", "`", "- ", "&#", "\n\n1. ", "[a](", "((", " \t", "<!--", "_*a "]
)
def test_t16_no_text_keeps_the_server_busy(unit):
    """A text twice as long takes twice the work, where a trap takes four times as much or worse."""
    text = unit * 1_000
    once, twice = work_of(lambda: to_html(text[:1_000])), work_of(lambda: to_html(text[:2_000]))
    assert twice < 2.5 * once
    assert once < 1_000_000


def test_t16_a_history_of_two_long_texts_is_not_compared_word_by_word(client, proposal, rosa, at, monkeypatch):
    compared = []

    class Counted(SequenceMatcher):
        def __init__(self, junk, old, new, **more) -> None:
            compared.append(len(old) * len(new))
            super().__init__(junk, old, new, **more)

    monkeypatch.setattr(text_diff, "SequenceMatcher", Counted)
    now = at("proposing")
    one = " ".join(f"word{number % 977}" for number in range(2_400))
    other = " ".join(f"word{number % 983}" for number in range(2_400))
    proposal.edit(by=rosa, at=now, description=one[:20_000])
    proposal.edit(by=rosa, at=now, description=other[:20_000])
    assert client.get(f"{proposal.get_absolute_url()}history/").status_code == 200
    assert compared
    assert max(compared) < 3_000_000


def test_t16_a_search_for_a_megabyte_asks_the_database_for_a_few_words(client, proposal, at):
    at("proposing")
    for asked in ("ab " * 60, "ab " * 300_000, "a" * 1_000_000):
        with CaptureQueriesContext(connection) as questions:
            assert client.get("/2027/proposals/", {"q": asked}).status_code == 200
        for question in questions:
            assert len(question["sql"]) < 8_000
