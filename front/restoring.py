"""A city out of the file that backup.py wrote.

Whatever can fail comes before what cannot be repeated: all is unpacked and looked at beside, then the files are moved
in, then the secrets; the database, which from then on holds a city, is last. Whoever was stopped by a full disk or a
missing right mends that and says the same once more.
"""

import errno
import json
import os
import shutil
import tarfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.core.management import call_command
from django.db import Error, connection

from audit.chain import Broken
from audit.models import AuditEvent
from budgeting import secret_checks
from front.backup import folders, run_on_the_database
from front.manifest import DUMP, Manifest, not_whole, read_manifest, unpack
from lib.postgresql import acting
from lib.refusal import Refused, require

BESIDE = ".restore-"


def restore(path: Path, *, secrets_from: Path | None = None, lost: Iterable[str] = ()) -> tuple[Manifest, int]:
    """Bring a city back into an empty database, and see that its audit log is whole. Gives how many entries that has.

    `lost` names the secrets that cannot be had any more. Raises Refused, and changes nothing, if the database holds a
    city, the file is no whole backup or a newer program's, or a secret is missing or another one; after the fact, if
    the log does not hold.
    """
    require(not secret_checks.holds_a_city(), "This database holds a city already: restore into an empty one.")
    for root in (settings.VAR_DIR, *folders().values()):
        _require_a_folder(root)
    try:
        tar = tarfile.open(path, "r:")  # noqa: SIM115  (closed below)
    except tarfile.TarError:
        raise not_whole(path) from None
    settings.VAR_DIR.mkdir(parents=True, exist_ok=True, mode=0o700)
    for left_over in settings.VAR_DIR.glob(f"{BESIDE}*"):  # by one that was killed
        shutil.rmtree(left_over)
    with tar, TemporaryDirectory(dir=settings.VAR_DIR, prefix=BESIDE) as folder:
        manifest = read_manifest(path, tar)
        secrets = _secrets_for(manifest, secrets_from, set(lost))
        unpack(path, tar, manifest, Path(folder))
        for name, root in folders().items():
            _move_in(Path(folder) / name, root)
        for name, secret in secrets.items():
            secret_checks.write(name, secret)
        with acting.as_owner():
            _restore_database(Path(folder) / DUMP)
    return manifest, _verified(manifest)


def _require_a_folder(root: Path) -> None:
    there = next(each for each in (root, *root.absolute().parents) if os.path.lexists(each))
    require(there.is_dir(), f"{there} is in the way: it is to be a folder.")
    require(os.access(there, os.W_OK | os.X_OK), f"{there} cannot be written.")


def _secrets_for(manifest: Manifest, file: Path | None, lost: set[str]) -> dict[str, str]:
    """The secrets to write into var/secrets. Raises Refused, by name, for one that is missing or not the city's."""
    brought = _read_secrets(file) if file else {}
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


def _read_secrets(file: Path) -> dict[str, str]:
    try:
        brought = json.loads(file.read_text())
    except ValueError:
        brought = None
    if not isinstance(brought, dict) or not all(isinstance(secret, str) and secret for secret in brought.values()):
        raise Refused(f"{file} is not what `backup --secrets` wrote.")
    return brought


def _move_in(unpacked: Path, root: Path) -> None:
    """Over what is there: files of a city whose database was lost may be newer than its backup, and stay."""
    for path in sorted(each for each in unpacked.rglob("*") if each.is_file()):
        place = root / path.relative_to(unpacked)
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            path.replace(place)
        except OSError as why:
            if why.errno != errno.EXDEV:
                raise
            shutil.copy(path, place)  # on another disk


def _restore_database(dump: Path) -> None:
    options = ("--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges", "--no-comments")
    if connection.introspection.table_names():  # an earlier start made them; they hold nothing, and would be in the way
        _empty_the_database()
    try:
        run_on_the_database("pg_restore", *options, f"--dbname={connection.settings_dict['NAME']}", str(dump))
        call_command("migrate", verbosity=0)
    except BaseException:
        with suppress(Error):
            _empty_the_database()
        raise


def _empty_the_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE")
        cursor.execute("CREATE SCHEMA public")


def _verified(manifest: Manifest) -> int:
    number, _, digest = manifest.audit_head.partition(":")
    noted = [(int(number), bytes.fromhex(digest))] if number else []
    try:
        entries, _last = AuditEvent.verify_chain(*noted)
    except Broken as broken:
        raise Refused(f"The city is restored, but its audit log does not hold: {broken}") from None
    return entries
