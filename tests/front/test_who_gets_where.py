"""Who gets where: every address, asked for and posted to by somebody of every kind while Riverside votes (T-08).

What each is answered stands in who_gets_where.txt, which is read by people before it changes. A new address without a
line fails, and so does a line whose address is gone.
"""

from copy import copy
from pathlib import Path

import pytest
from django.contrib import admin
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.models import Invitation
from budgeting.models import Contest, Cycle, Draw
from budgeting.people import RoleName
from committee.models import CardImport, Question
from notices.models import Mail
from proposals.models import Proposal
from residents.models import Claim, LetterRun, RegisterImport, Verification
from tests.addresses import one_of_each_route
from tests.cast import signed_in
from tests.databases import undone
from tests.letters import Posted
from tests.whole_city import WholeCity

TABLE = Path(__file__).with_name("who_gets_where.txt")

# What may be stored although somebody is signed in: photos, which are the same for everybody who may see them.
SAYS_ITSELF = {"photos/<slug:name>-<slug:size>.jpg"}


def reviewed() -> tuple[list[str], dict[str, list[str]]]:
    """The columns of the table, and by route what each is answered: "asked for/posted to"."""
    lines = [line for line in TABLE.read_text().splitlines() if line and not line.startswith("#")]
    head, *rows = (line.split() for line in lines)
    assert len({row[0] for row in rows}) == len(rows), "an address has two lines"
    return head[1:], {row[0]: row[1:] for row in rows}


@pytest.fixture
def addresses(whole_city: WholeCity, greta: Posted, at) -> dict[str, str]:
    """One of each route, of something that is there."""
    cycle, people = whole_city.cycle, whole_city.people
    draw = Draw.objects.create(
        cycle=cycle,
        use=Draw.Use.TIES,
        what="Six numbers",
        drawn_by="The lottery",
        takes_place=at("presenting"),
        announced_at=at("reviewing"),
        announced_by=people["clerk"],
        announced_with=people["auditor"],
        reason="A tie may come.",
    )
    claim = Claim.objects.create(
        resident=greta.resident, user=people["author"], method=Verification.Method.DESK, at=at("voting")
    )
    invitation = Invitation.objects.create(
        email="nora@example.org",
        name="Nora",
        kind=RoleName.COMMITTEE,
        begins=at("voting"),
        ends=at("results"),
        language="en",
        code_digest=bytes(32),
        invited_by=people["clerk"],
        invited_at=at("voting"),
        expires_at=at("counting"),
    )
    now = at("voting")
    mail = Mail.objects.create(
        to="nora@example.org", subject="Hello", content=b"You.", written_at=now, next_try_at=now, failed_at=now
    )
    act = signed_in(people["clerk"]).post("/2027/box/closing/", {"ending-reason": "A flood."}).url
    among = {
        "desk/acts/": {"int:number": [act.split("/")[3]]},
        "desk/mail/": {"mail": [mail.pk]},
        "desk/invitations/": {"invitation": [invitation.pk]},
        "desk/<cycle:cycle>/register/": {"int:number": [RegisterImport.objects.get().pk]},
        "desk/<cycle:cycle>/work/sheet/": {"int:number": [CardImport.objects.get().pk]},
        "desk/<cycle:cycle>/letters/": {"int:number": [LetterRun.objects.get().pk]},
        "desk/<cycle:cycle>/claims/": {"int:number": [claim.pk]},
        "desk/<cycle:cycle>/committee/questions/": {"int:number": [Question.objects.get().pk]},
        "<cycle:cycle>/box/draws/": {"int:number": [draw.pk]},
        "<cycle:cycle>/<slug:district>/proposals/": {"numbered:number": [numbered(Proposal.objects.get(number=1))]},
    }
    for model in admin.site._registry:
        if row := model._default_manager.order_by("pk").first():
            among[f"admin/{model._meta.app_label}/{model._meta.model_name}/"] = {"object_id": [row.pk]}
    return one_of_each_route(whole_city.values, among)


def numbered(proposal: Proposal) -> str:
    """The part of its address, as in "7-playground"."""
    return proposal.get_absolute_url().rstrip("/").rpartition("/")[2]


@pytest.fixture
def browsers(whole_city: WholeCity, greta: Posted, at) -> dict[str, Client]:
    """By column."""
    at("voting")
    found = {who.replace(" ", "-"): signed_in(user) if user else Client() for who, user in whole_city.people.items()}
    clerk = Client()
    clerk.force_login(whole_city.people["clerk"])
    session = clerk.session
    del session["account_authentication_methods"]
    session.save()
    return found | {"letter": greta.opens(), "clerk-without-factor": clerk}


def answered(browser: Client, method: str, address: str, sent: dict[str, str] | None = None) -> HttpResponse:
    """What a browser is answered, as if it had never asked."""
    asking = Client()
    asking.cookies = copy(browser.cookies)
    with undone():
        answer = getattr(asking, method)(address, sent)
        if answer.streaming:
            b"".join(answer.streaming_content)
    return answer


def in_short(answer: HttpResponse) -> str:
    if answer.status_code not in (301, 302):
        return "ok" if answer.status_code == 200 else str(answer.status_code)
    where = answer.url.partition("?")[0]
    return {reverse("account_login"): "in", reverse("admin:login"): "in", reverse("second_factor"): "2f"}.get(
        where, "to"
    )


def is_stored(answer: HttpResponse) -> bool:
    return "no-store" not in answer.get("Cache-Control", "")


def walk(browser: Client, addresses: dict[str, str], somebody: bool) -> dict[str, str]:
    """By route what this browser is answered, in short."""
    found = {}
    for route, address in addresses.items():
        answers = [answered(browser, method, address) for method in ("get", "post")]
        stored = somebody and any(is_stored(answer) for answer in answers)
        assert not stored or route in SAYS_ITSELF, f"{address} may be stored by a browser that others use"
        assert not any(b'href=""' in answer.content for answer in answers if not answer.streaming), address
        found[f"/{route}"] = "/".join(in_short(answer) for answer in answers)
    return found


def test_t08_every_address_has_a_line(addresses: dict[str, str]) -> None:
    assert set(reviewed()[1]) == {f"/{route}" for route in addresses}


@pytest.mark.parametrize(
    "who",
    [pytest.param(who, marks=[pytest.mark.long] * (who != "visitor")) for who in reviewed()[0]],
)
def test_t08_everybody_gets_where_the_table_says(addresses: dict[str, str], browsers, who: str) -> None:
    columns, rows = reviewed()
    found = walk(browsers[who], addresses, somebody=who != "visitor")
    said = {route: cells[columns.index(who)] for route, cells in rows.items()}
    assert found == said


@pytest.mark.long
@pytest.mark.parametrize("who", ["clerk", "author", "committee", "verified"])
def test_a_page_with_what_was_refused_answers_422(addresses: dict[str, str], browsers, who: str) -> None:
    """So that a script and a monitor can tell it from one on which all went well. Allauth's own pages cannot say so."""
    said = {}
    for route, address in addresses.items():
        if route.startswith("accounts/"):
            continue
        answer = answered(browsers[who], "post", address, {"anything": "else"})
        if not answer.streaming and b'class="error-summary"' in answer.content:
            said[route] = answer.status_code
    assert said
    assert {route: status for route, status in said.items() if status not in (422, 429)} == {}


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    "address", ["/", "/2027/", "/nowhere/", "/accounts/email/", "/accounts/2fa/", "/accounts/sessions/"]
)
def test_s21_what_is_answered_to_somebody_is_stored_nowhere(whole_city: WholeCity, address: str, at) -> None:
    at("voting")
    assert is_stored(Client().get("/2027/"))
    assert not is_stored(signed_in(whole_city.people["resident"]).get(address))


def test_a_visitor_who_wants_a_second_factor_is_led_to_the_sign_in(db) -> None:
    for page in ("totp/activate", "webauthn/add", "recovery-codes/generate"):
        assert in_short(Client().get(f"/accounts/2fa/{page}/")) == "in"


@pytest.mark.long
@pytest.mark.parametrize("who", ["clerk", "auditor", "author"])
def test_t07_nothing_of_one_cycle_is_found_in_another(whole_city: WholeCity, browsers, addresses, who: str) -> None:
    """Whatever number is tried in it: of an import, a letter, a claim, a draw, a proposal, a draft."""
    other = Cycle.objects.create(slug="2031", title="Another")
    for phase in whole_city.cycle.phases.all():
        other.phases.create(stage=phase.stage, opens=phase.opens, closes=phase.closes)
    Contest.objects.create(cycle=other, district=whole_city.riverside.district, budget=1_000_00)
    numbered = {
        route: address.replace("/2027/", "/2031/")
        for route, address in addresses.items()
        if "<cycle:cycle>" in route and ("number>" in route or "pk>" in route or "comment>" in route)
    }
    assert len(numbered) > 15
    for route, address in numbered.items():
        for method in ("get", "post"):
            status = answered(browsers[who], method, address).status_code
            assert status in (404, 405, 403), (route, method, status)
