"""A city in one file, and a city out of it: the database, the photos and the private files, but no secret.

The file is a tar: `manifest.json`, `database.dump` (pg_dump's own format), `media/` and `private/`. What belongs to
nobody's future is left out: sessions, so that a stolen backup signs nobody in; counters of tries; and the lines of an
upload to the register that waits, which are to be in no backup.
"""

import json
import os
import subprocess
import tarfile
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.backends.postgresql.client import DatabaseClient

from audit.chain import Broken
from audit.models import AuditEvent
from budgeting import secret_checks, versions
from lib.private_files import new_file
from lib.refusal import Refused, require

LEFT_OUT = ("cache", "django_session", "usersessions_usersession")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself. `audit_head`: "NUMBER:HASH" of the log's last entry, or empty."""

    made_at: str
    version: str
    city: str
    migrations: list[str]
    check_values: dict[str, str]
    audit_head: str


def back_up(path: Path, *, at: datetime, secrets_to: Path | None = None) -> Manifest:
    """Write the city into a new file that only this account may read, and, if asked, its secrets into another.

    Raises Refused, and leaves no file, if there is one already or the database cannot be dumped.
    """
    for each in (path, secrets_to):
        require(each is None or not each.exists(), f"{each} is there already: choose another name.")
    manifest = _manifest(at)
    with TemporaryDirectory(dir=path.absolute().parent, prefix=".backup-") as folder:
        dump, part = Path(folder) / "database.dump", Path(folder) / "part"
        options = [f"--exclude-table-data={table}" for table in LEFT_OUT]
        _run("pg_dump", "--format=custom", "--no-unlogged-table-data", *options, f"--file={dump}")
        with new_file(part) as file, tarfile.open(fileobj=file, mode="w") as tar:
            _add_text(tar, Path(folder) / "manifest.json", json.dumps(asdict(manifest), indent=1))
            tar.add(dump, "database.dump")
            for name, root in _folders().items():
                _add_files(tar, name, root)
        if secrets_to:
            with new_file(secrets_to) as file:
                file.write(json.dumps(secret_checks.present(), indent=1).encode())
        part.rename(path)
    return manifest


def restore(path: Path, *, secrets_from: Path | None = None, lost: Iterable[str] = ()) -> tuple[Manifest, int]:
    """Bring a city back into an empty database, and see that its audit log is whole. Gives how many entries that has.

    `lost` names the secrets that cannot be had any more. Raises Refused, and changes nothing, if the database holds a
    city, the file is no backup or a newer program's, or a secret is missing or another one; after the fact, if the log
    does not hold.
    """
    require(not secret_checks.holds_a_city(), "This database holds a city already: restore into an empty one.")
    manifest = _manifest_of(path)
    secrets = _secrets_for(manifest, secrets_from, set(lost))
    with tarfile.open(path) as tar:
        _restore_database(tar)
        for name, secret in secrets.items():
            secret_checks.write(name, secret)
        for name, root in _folders().items():
            _extract(tar, name, root)
    return manifest, _verified(manifest)


def _manifest(at: datetime) -> Manifest:
    last = AuditEvent.objects.order_by("-number").first()
    return Manifest(
        made_at=at.isoformat(timespec="seconds"),
        version=settings.VERSION,
        city=settings.CITY_NAME,
        migrations=versions.migrations_of_the_database(),
        check_values={name: value.hex() for name, value in secret_checks.recorded().items()},
        audit_head=last.head if last else "",
    )


def _manifest_of(path: Path) -> Manifest:
    """Raises Refused if the file is no backup, or one by a program that knows more than this one."""
    try:
        with tarfile.open(path) as tar:
            tar.getmember("database.dump")
            manifest = Manifest(**json.loads(tar.extractfile("manifest.json").read()))  # type: ignore[union-attr]
    except (tarfile.TarError, AttributeError, KeyError, TypeError, ValueError):
        raise Refused(f"{path} is not a whole backup of Common Purse.") from None
    if unknown := versions.unknown_here(manifest.migrations):
        said = f"version {manifest.version}, which knows more than this one (such as {unknown[0]})"
        raise Refused(f"This backup was made by {said}: restore it with that version or a later one.")
    return manifest


def _secrets_for(manifest: Manifest, file: Path | None, lost: set[str]) -> dict[str, str]:
    """The secrets to write into var/secrets. Raises Refused, by name, for one that is missing or not the city's."""
    brought: dict[str, str] = json.loads(file.read_text()) if file else {}
    given, values = secret_checks.present(), {name: bytes.fromhex(hex) for name, hex in manifest.check_values.items()}
    for name in sorted(values.keys() - lost):
        place = settings.SECRETS_DIR / name.lower()
        if name in given and secret_checks.wrong({name: values[name]}, given):
            where = "the environment" if os.environ.get(name) else place
            raise Refused(
                f"{name} in {where} is not that of this backup's city. Put the right one there, or take it away."
            )
        if secret_checks.wrong({name: values[name]}, brought):
            raise Refused(f"{name} in {file} is not that of this backup's city.")
        if name not in given and name not in brought:
            raise Refused(
                f"{name} is missing: put it into {place}, or say --secrets FILE. If it is lost for good: --lost {name}"
            )
    return {name: secret for name, secret in brought.items() if name in secret_checks.SECRETS and name not in given}


def _restore_database(tar: tarfile.TarFile) -> None:
    """Tables that an earlier start made hold nothing, and would be in the way: they go."""
    settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=settings.VAR_DIR, prefix=".restore-") as folder:
        tar.extract("database.dump", folder, filter="data")
        if connection.introspection.table_names():
            with connection.cursor() as cursor:
                cursor.execute("DROP SCHEMA public CASCADE")
                cursor.execute("CREATE SCHEMA public")
        options = ("--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges", "--no-comments")
        database = f"--dbname={connection.settings_dict['NAME']}"
        _run("pg_restore", *options, database, str(Path(folder) / "database.dump"))
    call_command("migrate", verbosity=0)
    call_command("createcachetable")


def _verified(manifest: Manifest) -> int:
    number, _, digest = manifest.audit_head.partition(":")
    try:
        entries, _last = AuditEvent.verify_chain((int(number), bytes.fromhex(digest)) if number else None)
    except Broken as broken:
        raise Refused(f"The city is restored, but its audit log does not hold: {broken}") from None
    return entries


# Files and programs --------------------------------------------------------------------------------------------------


def _folders() -> dict[str, Path]:
    return {"media": Path(settings.MEDIA_ROOT), "private": Path(settings.PRIVATE_ROOT)}


def _add_text(tar: tarfile.TarFile, path: Path, text: str) -> None:
    path.write_text(text)
    tar.add(path, path.name)


def _add_files(tar: tarfile.TarFile, name: str, root: Path) -> None:
    for path in sorted(root.rglob("*")):
        with suppress(FileNotFoundError):  # taken away meanwhile, by whoever may
            tar.add(path, f"{name}/{path.relative_to(root)}", recursive=False)


def _extract(tar: tarfile.TarFile, name: str, root: Path) -> None:
    for member in tar.getmembers():
        if member.name.startswith(f"{name}/"):
            tar.extract(member.replace(name=member.name.removeprefix(f"{name}/"), deep=False), root, filter="data")


def _run(program: str, *options: str) -> None:
    """Run one of PostgreSQL's programs on our database. Raises Refused with the last thing it said."""
    arguments, env = DatabaseClient.settings_to_cmd_args_env(connection.settings_dict, list(options))
    if program == "pg_restore":  # it takes the database by name, and the last word for the file
        arguments.pop()
    command, env = [program, *arguments[1:]], {**os.environ, **(env or {})}
    try:
        ran = subprocess.run(command, env=env, capture_output=True, text=True)  # noqa: S603  (a name of ours)
    except FileNotFoundError:
        raise Refused(f"{program} was not found: install PostgreSQL's client programs (postgresql-client).") from None
    if ran.returncode:
        said = ran.stderr.strip().splitlines() or ["no reason given"]
        raise Refused(f"{program} failed: {said[0]}")
