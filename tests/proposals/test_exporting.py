import csv
import io

import openpyxl
import pytest

from tests.forms import EXPORTED_COLUMNS


@pytest.fixture
def keeper(client, django_user_model):
    """Somebody with the keys of the set-up, signed in."""
    user = django_user_model.objects.create_superuser("keeper@example.org", "a long password", name="Keeper")
    client.force_login(user)
    return user


@pytest.fixture(autouse=True)
def _without_second_factor(monkeypatch):
    monkeypatch.setattr("accounts.models.User.must_use_a_second_factor", False, raising=False)


def exported(client, form: int):
    answer = client.post("/admin/proposals/proposal/export/", {"format": form, "resource": 0, **EXPORTED_COLUMNS})
    assert answer.status_code == 200, answer.content[:2000]
    return answer.content


def test_a_title_that_looks_like_a_formula_is_exported_as_text(client, keeper, submitted, rosa, at):
    at("proposing")
    submitted(rosa, title='=HYPERLINK("http://evil.example")')
    row = next(csv.DictReader(io.StringIO(exported(client, 0).decode())))
    assert row["title"] == '\'=HYPERLINK("http://evil.example")'
    assert (row["cycle"], row["number"], row["district"], row["status"], row["cost"], row["supporters"]) == (
        *("2027", "1", "riverside", "submitted", "4000000", "0"),
    )
    sheet = openpyxl.load_workbook(io.BytesIO(exported(client, 1))).active
    titles = [cell for cell in sheet[2] if isinstance(cell.value, str) and "HYPERLINK" in cell.value]
    assert [cell.data_type for cell in titles] == ["s"]


def test_nobody_writes_a_proposal_in_the_set_up(client, keeper, proposal, at):
    at("proposing")
    assert client.get("/admin/proposals/proposal/").status_code == 200
    assert client.get("/admin/proposals/proposal/add/").status_code == 403
    assert client.post(f"/admin/proposals/proposal/{proposal.pk}/change/", {"title": "Mine"}).status_code == 403
    assert client.post(f"/admin/proposals/proposal/{proposal.pk}/delete/", {"post": "yes"}).status_code == 403
