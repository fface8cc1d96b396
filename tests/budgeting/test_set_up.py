"""A clerk sets a cycle up in the admin: money as money, a calendar that holds together, everything on record."""

import html
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError
from django.test import Client
from django.utils import translation

from accounts.models import User
from audit.models import AuditEvent
from budgeting.models import Contest, Cycle, District, Phase
from tests.budgeting.set_up import PHASES, calendar, form, phase


@pytest.fixture
def set_up(client: Client, clara: User) -> Client:
    clara.is_staff = clara.is_superuser = True
    clara.save()
    client.force_login(clara)
    return client


def test_a_clerk_sets_up_a_cycle_with_its_dates_and_its_money(set_up: Client, riverside: District) -> None:
    contest = {
        "district": riverside.pk,
        "budget": "250 000,50",
        "highest_cost": "80,000",
        "ballot_style": "approval",
        "counting_rule": "greedy",
    }
    answer = set_up.post("/admin/budgeting/cycle/add/", form(calendar(PHASES), [contest]))
    assert answer.status_code == 302, answer.context["errors"]
    cycle = Cycle.objects.get()
    assert cycle.phases.get(stage="voting").closes == datetime(2027, 5, 23, 18, tzinfo=UTC)
    assert cycle.contests.get().budget == 250_000_50
    assert cycle.contests.get().highest_cost == 80_000_00


def test_what_the_set_up_changes_is_on_record(set_up: Client, clara: User, riverside_contest: Contest) -> None:
    page = f"/admin/budgeting/contest/{riverside_contest.pk}/change/"
    fields = {
        "cycle": riverside_contest.cycle_id,
        "district": riverside_contest.district_id,
        "budget": "300000",
        "ballot_style": "approval",
        "counting_rule": "greedy",
        "rule_parameters": "{}",
    }
    assert set_up.post(page, fields).status_code == 302
    entry = AuditEvent.objects.get(action="changed")
    assert entry.actor == clara
    assert entry.object == f"budgeting.contest:{riverside_contest.pk}"
    assert entry.facts == {"budget": ["25000000", "30000000"]}


def test_what_the_set_up_deletes_is_on_record(set_up: Client, hillside: District) -> None:
    set_up.post(f"/admin/budgeting/district/{hillside.pk}/delete/", {"post": "yes"})
    assert not District.objects.exists()
    assert AuditEvent.objects.get(action="deleted").facts == {"was": "Hillside"}


@pytest.mark.parametrize(
    ("dates", "sentence"),
    [
        (PHASES | {"voting": ("2027-02-01 08:00", "2027-05-23 20:00")}, "still open when “Voting” opens"),
        ({"voting": PHASES["proposing"], "proposing": PHASES["voting"]}, "comes before “Voting” in a cycle"),
        (PHASES | {"proposing": ("2027-03-01 08:00", "2027-01-04 20:00")}, "has to open before it closes"),
        (PHASES | {"voting": ("2027-03-28 02:30", "2027-05-23 20:00")}, "02:30 does not exist in Europe/Brussels"),
        (PHASES | {"voting": ("2027-05-03 08:00", "2027-10-31 02:30")}, "02:30 comes twice in Europe/Brussels"),
        (PHASES | {"proposing": ("0001-01-01 00:00", "2027-03-01 20:00")}, "Look at the year: 1."),
        (PHASES | {"voting": ("2027-05-03 08:00", "9999-12-31 23:59")}, "Look at the year: 9999."),
    ],
)
def test_a_calendar_that_cannot_be_is_refused_with_a_sentence(set_up: Client, dates: Any, sentence: str) -> None:
    answer = set_up.post("/admin/budgeting/cycle/add/", form(calendar(dates)))
    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    assert not Cycle.objects.exists()


def test_a_whole_calendar_moves_in_one_save(set_up: Client) -> None:
    set_up.post("/admin/budgeting/cycle/add/", form(calendar(PHASES)))
    cycle = Cycle.objects.get()
    later = {"proposing": ("2027-02-04 08:00", "2027-05-10 20:00"), "voting": ("2027-06-03 08:00", "2027-06-23 20:00")}
    phases = [
        phase(stage, *later[stage], id=cycle.phases.get(stage=stage).pk, cycle=cycle.pk)
        for stage in ("proposing", "voting")
    ]
    answer = set_up.post(f"/admin/budgeting/cycle/{cycle.pk}/change/", form(phases))
    assert answer.status_code == 302, answer.context["errors"]
    assert cycle.phases.get(stage="proposing").closes == datetime(2027, 5, 10, 18, tzinfo=UTC)


@pytest.mark.django_db(transaction=True)
def test_the_database_too_refuses_phases_that_overlap(cycle: Cycle) -> None:
    proposing = cycle.phases.get(stage="proposing")
    with pytest.raises(IntegrityError, match="phases_do_not_overlap"):
        Phase.objects.filter(pk=proposing.pk).update(closes=datetime(2027, 7, 1, tzinfo=UTC))


def test_one_project_cannot_cost_more_than_there_is(set_up: Client, cycle: Cycle, riverside: District) -> None:
    fields = {
        "cycle": cycle.pk,
        "district": riverside.pk,
        "budget": "1000",
        "highest_cost": "1000.01",
        "ballot_style": "approval",
        "counting_rule": "greedy",
        "rule_parameters": "{}",
    }
    answer = set_up.post("/admin/budgeting/contest/add/", fields)
    assert "cannot cost more than the whole budget" in answer.content.decode()


def test_a_boundary_is_taken_as_map_programs_save_it(set_up: Client) -> None:
    geometry = '{"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}'
    feature = f'{{"type": "Feature", "properties": {{}}, "geometry": {geometry}}}'
    fields = {"slug": "riverside", "name": "Riverside", "population": "12000"}
    for boundary in (geometry, feature, f'{{"type": "FeatureCollection", "features": [{feature}]}}'):
        set_up.post("/admin/budgeting/district/add/", fields | {"boundary": boundary})
        assert District.objects.get().boundary["type"] == "Polygon"
        District.objects.all().delete()
    crossed = '{"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}'
    answer = set_up.post("/admin/budgeting/district/add/", fields | {"boundary": crossed})
    assert "The boundary is faulty" in answer.content.decode()


ODD = ["{", "[" * 100_000, "5", '"x"', '{"type": []}', '{"type": "Polygon", "coordinates": [[[1e400, 0]]]}', "<kml/>"]


def test_i7_a_refused_boundary_comes_back_as_it_was_typed_with_the_reason(set_up: Client, riverside: District) -> None:
    page, kept = f"/admin/budgeting/district/{riverside.pk}/change/", riverside.boundary
    for odd in ODD:
        fields = {"slug": "riverside", "name": "Riverside", "population": "12000"}
        answer = set_up.post(page, fields | {"boundary": odd})
        assert "errorlist" in answer.content.decode()
        assert html.escape(odd) in answer.content.decode()
        riverside.refresh_from_db()
        assert riverside.boundary == kept
        assert set_up.get(page).status_code == set_up.get("/").status_code == 200


def test_a_boundary_comes_in_a_file_of_the_whole_city(set_up: Client) -> None:
    feature = {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1]]]}}
    named = [feature | {"properties": {"name": name}} for name in ("Riverside", "Hillside")]
    fields = {"slug": "riverside", "name": "Riverside", "population": "12000"}
    for content, said in {
        json.dumps({"type": "FeatureCollection", "features": named}).encode(): "",
        b"PK\x03\x04": "save it as GeoJSON",
        "é".encode("latin-1"): "cannot be read as text",
    }.items():
        sent = SimpleUploadedFile("city.geojson", content)
        answer = set_up.post("/admin/budgeting/district/add/", fields | {"boundary_file": sent})
        assert said in answer.content.decode()
        assert District.objects.get().boundary["coordinates"][0][-1] == [0, 0]  # of the first, and closed


def test_i1_one_district_that_cannot_be_drawn_takes_no_page_with_it(
    set_up: Client, riverside_contest: Contest, hillside_contest: Contest, at: Callable[[str], object]
) -> None:
    at("proposing")
    open_ring = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1]]]}
    District.objects.filter(slug="riverside").update(boundary=open_ring)
    for page in ("/", "/2027/", "/2027/riverside/", "/2027/hillside/", "/2027/proposals.geojson"):
        assert set_up.get(page).status_code == 200
    broken = set_up.get(f"/admin/budgeting/district/{riverside_contest.district_id}/change/")
    assert "It cannot be drawn." in broken.content.decode()


def test_every_page_of_the_set_up_opens(set_up: Client, riverside_contest: Contest) -> None:
    nouns = {
        "cycle": riverside_contest.cycle_id,
        "contest": riverside_contest.pk,
        "district": riverside_contest.district_id,
    }
    with translation.override("en"):
        for noun, number in nouns.items():
            for page in ("", "add/", f"{number}/change/"):
                assert set_up.get(f"/admin/budgeting/{noun}/{page}").status_code == 200


def test_who_has_no_set_up_rights_does_not_get_in(client: Client, rosa: User) -> None:
    client.force_login(rosa)
    assert client.get("/admin/budgeting/cycle/").status_code == 302


# Contests ------------------------------------------------------------------------------------------------------------

CONTEST = {"budget": "1000", "ballot_style": "approval", "counting_rule": "greedy", "rule_parameters": "{}"}


def said(answer: Any) -> str:
    """The page as a person reads it."""
    return html.unescape(answer.content.decode())


@pytest.mark.parametrize("points", ["", "0"])
def test_c3_a_points_vote_without_points_is_refused_on_the_page_of_its_contest(
    set_up: Client, cycle: Cycle, riverside: District, points: str
) -> None:
    """Else everybody would give as many as they like."""
    fields = CONTEST | {"cycle": cycle.pk, "district": riverside.pk, "ballot_style": "points", "points": points}
    answer = set_up.post("/admin/budgeting/contest/add/", fields)
    assert answer.status_code == 200
    assert "Say how many points there are to share out." in said(answer)
    assert not Contest.objects.exists()
    assert set_up.post("/admin/budgeting/contest/add/", fields | {"points": "10"}).status_code == 302
    assert Contest.objects.get().points == 10


@pytest.mark.parametrize("points", ["", "0"])
def test_a_points_vote_without_points_is_refused_on_the_page_of_its_cycle(
    set_up: Client, riverside: District, points: str
) -> None:
    contest = CONTEST | {"district": riverside.pk, "ballot_style": "points", "points": points}
    answer = set_up.post("/admin/budgeting/cycle/add/", form(calendar(PHASES), [contest]))
    assert answer.status_code == 200
    assert "Say how many points there are to share out." in said(answer)
    assert not Contest.objects.exists()
    answer = set_up.post("/admin/budgeting/cycle/add/", form(calendar(PHASES), [contest | {"points": "10"}]))
    assert answer.status_code == 302
    assert Contest.objects.get().points == 10


@pytest.mark.parametrize("points", [None, 0])
def test_c3_the_database_too_refuses_a_points_vote_without_points(
    riverside_contest: Contest, points: int | None
) -> None:
    with pytest.raises(IntegrityError, match="points_ballots_have_points"):
        Contest.objects.update(ballot_style="points", points=points)


def test_two_pots_of_one_district_have_an_address_each(
    set_up: Client, riverside_contest: Contest, hillside: District
) -> None:
    page = "/admin/budgeting/contest/add/"
    fields = CONTEST | {"cycle": riverside_contest.cycle_id, "district": riverside_contest.district_id}
    answer = set_up.post(page, fields)
    assert "Another contest of this cycle has this address already." in said(answer)
    assert set_up.post(page, fields | {"name": "Schools", "slug": "schools"}).status_code == 302
    assert set_up.get("/2027/schools/").status_code == 200


def test_two_pots_of_one_district_have_an_address_each_on_the_page_of_their_cycle_too(
    set_up: Client, riverside: District, hillside: District
) -> None:
    page = "/admin/budgeting/cycle/add/"
    pots = [CONTEST | {"district": district.pk} for district in (riverside, hillside, riverside)]
    answer = set_up.post(page, form(calendar(PHASES), pots))
    assert answer.status_code == 200
    assert not Contest.objects.exists()
    pots[2] |= {"name": "Schools", "slug": "schools"}
    answer = set_up.post(page, form(calendar(PHASES), pots))
    assert answer.status_code == 302, answer.context["errors"]
    assert sorted(Contest.objects.values_list("slug", flat=True)) == ["hillside", "riverside", "schools"]


def test_a_contest_that_moves_to_another_district_does_not_keep_the_address_of_the_first(
    set_up: Client, riverside_contest: Contest, hillside: District
) -> None:
    fields = CONTEST | {"cycle": riverside_contest.cycle_id, "district": hillside.pk, "slug": "riverside"}
    answer = set_up.post(f"/admin/budgeting/contest/{riverside_contest.pk}/change/", fields)
    assert "Another district has this address already." in said(answer)
    answer = set_up.post(f"/admin/budgeting/contest/{riverside_contest.pk}/change/", fields | {"slug": ""})
    assert answer.status_code == 302
    assert Contest.objects.get().slug == "hillside"


# Currencies ----------------------------------------------------------------------------------------------------------


@pytest.mark.sampled(3)
@pytest.mark.parametrize("currency", ["XYZ", "ZZZ", "XXX", "XTS", "XAU", "XDR", "HRK", "eur", "E", "€"])
def test_v23_a_currency_is_one_that_people_pay_with(set_up: Client, currency: str) -> None:
    answer = set_up.post("/admin/budgeting/cycle/add/", form(calendar(PHASES), currency=currency))
    assert answer.status_code == 200
    assert f"Nobody pays with “{currency}”." in said(answer)
    assert not Cycle.objects.exists()


@pytest.mark.parametrize("currency", ["EUR", "PLN", "JPY", "TND", "XOF"])
def test_any_other_will_do(set_up: Client, currency: str) -> None:
    assert set_up.post("/admin/budgeting/cycle/add/", form(calendar(PHASES), currency=currency)).status_code == 302


def test_i2_amounts_do_not_become_others_with_another_currency(riverside_contest: Contest) -> None:
    """Twenty-five million cents are 250,000 euros, and would be twenty-five million yen."""
    cycle = riverside_contest.cycle
    cycle.currency = "JPY"
    with pytest.raises(ValidationError, match="which has other decimals than JPY"):
        cycle.full_clean()
    cycle.currency = "PLN"
    cycle.full_clean()


def test_a_cycle_of_the_past_keeps_its_currency(cycle: Cycle) -> None:
    Cycle.objects.update(currency="HRK")
    Cycle.objects.get().full_clean()
