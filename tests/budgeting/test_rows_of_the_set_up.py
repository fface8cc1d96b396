"""A row on a page of the set-up is taken away, whatever page and whatever row, and the log says which."""

import pytest
from django.contrib import admin
from django.contrib.admin.options import InlineModelAdmin
from django.db import models
from django.test import Client, RequestFactory

from accounts.models import User
from audit.models import AuditEvent
from budgeting.models import Contest, Cycle
from tests.forms import Typed


@pytest.fixture
def set_up(client: Client, clara: User) -> Client:
    clara.is_staff = clara.is_superuser = True
    clara.save()
    client.force_login(clara)
    return client


def inlines() -> list[tuple[type[models.Model], type[InlineModelAdmin]]]:
    return [(model, each) for model, page in admin.site._registry.items() for each in page.inlines]


def test_there_are_such_rows() -> None:
    found = {(model.__name__, each.model.__name__) for model, each in inlines()}
    assert found >= {("Cycle", "Phase"), ("Cycle", "Contest")}


@pytest.mark.parametrize(("model", "inline"), [pytest.param(*each, id=each[1].__name__) for each in inlines()])
def test_v6_a_row_is_taken_away_on_record(
    set_up: Client, riverside_contest: Contest, rf: RequestFactory, clara: User, model, inline
) -> None:
    """A new inline needs rows of its kind among those of the cast."""
    request = rf.get("/")
    request.user = clara
    formset = inline(model, admin.site).get_formset(request)
    row = inline.model._default_manager.order_by("pk").first()
    assert row is not None, "give the cast a row of this kind"
    owner, said = getattr(row, formset.fk.name), str(row)
    others = list(inline.model._default_manager.exclude(pk=row.pk))
    address = f"/admin/{model._meta.app_label}/{model._meta.model_name}/{owner.pk}/change/"
    page = Typed(set_up.get(address).content.decode())
    prefix = page.row(formset.get_default_prefix(), row.pk)
    answer = set_up.post(address, page.fields | {f"{prefix}-DELETE": "on"})
    assert answer.status_code == 302, answer.context["errors"]
    assert list(inline.model._default_manager.all()) == others
    entry = AuditEvent.objects.get(action="changed")
    assert entry.actor == clara
    assert entry.facts[inline.model._meta.model_name] == {said: "deleted"}


def test_v6_one_row_is_taken_away_and_another_is_changed_in_one_save(set_up: Client, cycle: Cycle) -> None:
    address = f"/admin/budgeting/cycle/{cycle.pk}/change/"
    page = Typed(set_up.get(address).content.decode())
    results, delivering = page.row("phases", "results"), page.row("phases", "delivering")
    more = {f"{results}-DELETE": "on", f"{delivering}-opens_0": "2027-09-01"}
    assert set_up.post(address, page.fields | more).status_code == 302
    assert not cycle.phases.filter(stage="results").exists()
    facts = AuditEvent.objects.get(action="changed").facts["phase"]
    assert facts["Participatory budget 2027: Results"] == "deleted"
    assert list(facts["Participatory budget 2027: Delivering"]) == ["opens"]


def test_v6_a_row_that_is_needed_stays_and_the_page_says_why(set_up: Client, riverside_paper, cycle: Cycle) -> None:
    address = f"/admin/budgeting/cycle/{cycle.pk}/change/"
    fields = Typed(set_up.get(address).content.decode()).fields
    answer = set_up.post(address, fields | {"contests-0-DELETE": "on"})
    assert answer.status_code == 200
    assert "would require deleting the following protected related objects" in answer.content.decode()
    assert cycle.contests.exists()
