"""Secrets and database belong together: a wrong or missing secret is named before anything is done with it."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from budgeting import secret_checks
from budgeting.models import SecretCheck
from lib.refusal import Refused
from tests.databases import as_owner


@pytest.fixture(autouse=True)
def _a_site_of_its_own(settings, tmp_path: Path) -> None:
    settings.SECRETS_DIR = tmp_path / "secrets"
    settings.UNKEPT_SECRETS = set(secret_checks.SECRETS)
    settings.SECRET_KEY, settings.REGISTER_KEY = "sessions", "residents"


def another_machine(settings, folder: Path, **secrets: str) -> None:
    """As a second node that names the same database, with what it was given."""
    settings.SECRETS_DIR = folder / "elsewhere"
    settings.UNKEPT_SECRETS = set(secret_checks.SECRETS) - secrets.keys()
    for name in secret_checks.SECRETS:
        setattr(settings, name, secrets.get(name, "made by chance"))


def test_a_new_city_keeps_the_secrets_made_for_it(db, settings) -> None:
    call_command("check_database")
    kept = {path.name: path.read_text() for path in settings.SECRETS_DIR.iterdir()}
    assert kept == {"secret_key": "sessions", "register_key": "residents"}
    assert {path.stat().st_mode & 0o777 for path in settings.SECRETS_DIR.iterdir()} == {0o600}
    assert secret_checks.compare() == ""


def test_the_check_value_is_no_secret(db) -> None:
    secret_checks.keep()
    values = {check.name: bytes(check.value) for check in SecretCheck.objects.all()}
    assert {len(value) for value in values.values()} == {32}
    assert values["SECRET_KEY"] != secret_checks.check_value("REGISTER_KEY", "sessions"), "one label each"
    assert not any(secret.encode() in value for value in values.values() for secret in ("sessions", "residents"))


@pytest.mark.parametrize("name", secret_checks.SECRETS)
def test_nothing_makes_a_secret_for_a_database_that_holds_a_city(cycle, settings, name: str) -> None:
    settings.UNKEPT_SECRETS = {name}
    with pytest.raises(CommandError, match=f"^{name} is missing, .* give_up_secret {name} says"):
        call_command("check_database")
    assert not settings.SECRETS_DIR.exists()


def test_another_register_key_is_refused_by_name_with_what_to_do(cycle, settings, tmp_path: Path) -> None:
    settings.UNKEPT_SECRETS = set()
    secret_checks.keep()
    another_machine(settings, tmp_path, SECRET_KEY="sessions", REGISTER_KEY="other")
    with pytest.raises(Refused) as refused:
        secret_checks.compare()
    assert refused.value.sentence.startswith("REGISTER_KEY is not the one this city was set up with: put")
    assert "./run manage give_up_secret REGISTER_KEY" in refused.value.sentence
    assert "\n" not in refused.value.sentence


def test_another_secret_key_starts_with_a_warning(cycle, settings, tmp_path: Path, capsys) -> None:
    settings.UNKEPT_SECRETS = set()
    secret_checks.keep()
    another_machine(settings, tmp_path, SECRET_KEY="other", REGISTER_KEY="residents")
    call_command("check_database")
    assert capsys.readouterr().err.startswith("Careful: SECRET_KEY is not the one this city was set up with.")
    assert bytes(SecretCheck.objects.get(name="SECRET_KEY").value) == secret_checks.check_value(
        "SECRET_KEY", "sessions"
    )


def test_a_city_from_before_there_were_check_values_keeps_its_secrets(cycle, settings) -> None:
    settings.UNKEPT_SECRETS = set()
    secret_checks.keep()
    assert SecretCheck.objects.count() == 2
    settings.REGISTER_KEY = "other"
    with pytest.raises(Refused):
        secret_checks.keep()


def test_whoever_begins_anew_before_there_is_a_city_is_not_held_up(db, settings, tmp_path: Path) -> None:
    secret_checks.keep()
    another_machine(settings, tmp_path)
    assert secret_checks.keep() == ""
    assert secret_checks.wrong(secret_checks.recorded(), secret_checks.present()) == []


def test_tables_that_a_later_version_changed_are_not_served(db) -> None:
    with as_owner():
        MigrationRecorder(connection).record_applied("ballots", "0099_wonders")
    with pytest.raises(CommandError, match=r"^A later version than .* \(ballots\.0099_wonders\): use that one, or go"):
        call_command("check_database")


def test_a_server_that_does_not_wait_for_its_disk_is_named(db, capsys) -> None:
    """What was committed is on the disk, as far as we can ask for it; that the disk is asked is the server's to set."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('synchronous_commit'), current_setting('fsync')")
        waits, asks_the_disk = cursor.fetchone()
    assert waits == "on"
    call_command("check_database")
    assert ("fsync is off" in capsys.readouterr().err) == (asks_the_disk == "off")
