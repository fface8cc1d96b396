"""T-20, S17. Accounts that anybody can make by the dozen count for nothing, unless the city chose so and says it."""

import csv
import io

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.closing import close
from accounts.models import User
from budgeting.models import Cycle, Supporters
from budgeting.people import RoleName
from proposals.admin import ProposalResource
from proposals.models import Proposal
from residents.retention import _forget_register
from tests.cast import enrol, middle_of, person
from tests.keeping import kept

HELD = "more are not verified, and do not count"


@kept
def verified(cycle, riverside, tomas, rosa) -> list[User]:
    for user in (tomas, rosa):
        enrol(user, cycle, riverside)
    return [tomas, rosa]


@kept
def two_proposals(submitted, martin, verified) -> tuple[Proposal, Proposal]:
    """One that two residents support, and one that a single resident does, and six accounts of somebody's."""
    at = middle_of("proposing")
    bench, slide = submitted(martin, title="Bench"), submitted(martin, title="Slide")
    for user in verified:
        bench.endorse(by=user, at=at)
    slide.endorse(by=verified[0], at=at)
    for number in range(6):
        slide.endorse(by=person(f"made-up-{number}"), at=at)
    return bench, slide


def counts() -> dict[str, tuple[int, int]]:
    found = Proposal.objects.with_counts().with_support_apart()
    return {each.title: (each.endorsement_count, each.support_apart) for each in found}


def test_t20_no_account_that_is_not_verified_affects_any_count_or_order(client, two_proposals, cycle, at):
    at("proposing")
    assert counts() == {"Bench": (2, 0), "Slide": (1, 6)}
    ordered = client.get("/2027/proposals/?sort=support").context["page"]
    assert [each.title for each in ordered] == ["Bench", "Slide"]
    rows = ProposalResource().export(Proposal.objects.submitted().as_rows(at("proposing")).with_support_apart()).csv
    exported = {row["title"]: row for row in csv.DictReader(io.StringIO(rows))}
    assert (exported["Slide"]["supporters"], exported["Slide"]["support_not_counted"]) == ("1", "6")


def test_t20_their_support_is_shown_apart(client, two_proposals, martin, at):
    bench, slide = two_proposals
    at("proposing")
    assert f"6 {HELD}" in client.get(slide.get_absolute_url()).text
    assert HELD not in client.get(bench.get_absolute_url()).text
    client.force_login(martin)
    assert f"6 {HELD}" in client.get("/me/").text
    at("reviewing")
    client.force_login(person("Mira", RoleName.COMMITTEE))
    assert f"6 {HELD}" in client.get(f"{slide.get_absolute_url()}decision/").text


def test_t20_where_the_city_chose_any_account_all_count_and_the_page_says_so(client, two_proposals, cycle, at):
    Cycle.objects.update(supporters=Supporters.ANY)
    at("proposing")
    assert counts() == {"Bench": (2, 0), "Slide": (7, 0)}
    page = client.get(two_proposals[1].get_absolute_url()).text
    assert "Any account counts here" in page
    assert HELD not in page


def test_t20_support_counts_as_long_as_its_resident_is_verified_for_this_cycle(two_proposals, verified, cycle):
    tomas, rosa = verified
    line = tomas.verifications.get().resident
    line.removed_at = timezone.now()
    line.save()
    assert counts() == {"Bench": (1, 1), "Slide": (0, 7)}
    _forget_register(cycle)
    assert counts() == {"Bench": (1, 1), "Slide": (0, 7)}, "the register is forgotten, and what was counted stays"
    close(rosa, at=timezone.now())
    assert counts() == {"Bench": (1, 1), "Slide": (0, 7)}, "as one of a number"


def test_t20_last_years_verification_counts_for_nothing_this_year(submitted, martin, riverside, tomas):
    enrol(tomas, Cycle.objects.create(slug="2026", title="2026"), riverside)
    submitted(martin, title="Bench").endorse(by=tomas, at=middle_of("proposing"))
    assert counts() == {"Bench": (0, 1)}


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_t20_who_is_not_verified_yet_reads_that_it_counts_once_they_are(
    client, proposal, tomas, cycle, riverside, at, headers
):
    at("proposing")
    client.force_login(tomas)
    address = f"{proposal.get_absolute_url()}endorsement/"
    page = client.post(address, headers=headers, follow=True).text
    assert "Your support counts once you are verified." in page
    assert 'href="/verify/"' in page
    assert "and you are one of them" not in page
    enrol(tomas, cycle, riverside)
    page = client.get(proposal.get_absolute_url()).text
    assert "and you are one of them" in page
    assert "once you are verified" not in page


def test_t20_any_account_is_a_choice_and_never_what_was_not_chosen(cycle):
    assert Cycle().supporters == cycle.supporters == Supporters.VERIFIED
    cycle.supporters = "others"
    with pytest.raises(ValidationError):
        cycle.full_clean()
    with pytest.raises(IntegrityError, match="support_counts_of_those_there_are"), transaction.atomic():
        cycle.save()
