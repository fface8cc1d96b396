"""A city in one file: the database, the photos and the private files, but no secret. restoring.py brings it back.

What belongs to nobody's future is left out: sessions, so that a stolen backup signs nobody in; counters of tries; and
the lines of an upload to the register that waits, which are to be in no backup.
"""

import errno
import json
import os
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from datetime import datetime
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.db import connection
from django.db.backends.postgresql.client import DatabaseClient

from audit.models import AuditEvent
from budgeting import secret_checks, versions
from front.manifest import DUMP, MANIFEST, Digested, Manifest
from lib.private_files import new_file
from lib.refusal import Refused, require

LEFT_OUT = ("cache", "django_session", "usersessions_usersession")


def back_up(path: Path, *, at: datetime, secrets_to: Path | None = None) -> Manifest:
    """Write the city into a new file that only this account may read, and, if asked, its secrets into another.

    Raises Refused, and leaves no file, if there is one already, the database cannot be dumped, or the secrets this site
    was given could not restore it.
    """
    require(secrets_to is None or path.resolve() != secrets_to.resolve(), f"{path} cannot be both: give two names.")
    for each in (path, secrets_to):
        require(each is None or not os.path.lexists(each), f"{each} is there already: choose another name.")
    secrets = _secrets_that_restore() if secrets_to else {}
    with TemporaryDirectory(dir=path.absolute().parent, prefix=".backup-") as folder:
        dump, part = Path(folder) / DUMP, Path(folder) / "part"
        options = [f"--exclude-table-data={table}" for table in LEFT_OUT]
        run_on_the_database(
            "pg_dump", "--format=custom", "--no-unlogged-table-data", "--no-privileges", *options, f"--file={dump}"
        )
        manifest = _pack(part, dump, at)
        with _written(secrets_to, json.dumps(secrets, indent=1)) if secrets_to else nullcontext():
            _give_name(part, path)
    return manifest


@contextmanager
def _written(path: Path, text: str) -> Iterator[None]:
    """A new file, which is gone again if what comes after it fails."""
    file = new_file(path)
    try:
        with file:
            file.write(text.encode())
        yield
    except BaseException:
        path.unlink()
        raise


def _secrets_that_restore() -> dict[str, str]:
    """Raises Refused, by name, if one is missing, or is not the one whose check value the database holds."""
    given = secret_checks.present()
    for name in secret_checks.SECRETS:
        place = settings.SECRETS_DIR / name.lower()
        what = "missing" if name not in given else "not the one this city was set up with"
        is_right = name in given and not secret_checks.wrong(secret_checks.recorded(), {name: given[name]})
        require(
            is_right,
            f"{name} is {what}, so a file with it could not restore it: put the right one into the environment or "
            f"into {place}, or back up without --secrets.",
        )
    return given


def _pack(part: Path, dump: Path, at: datetime) -> Manifest:
    """A city's own files are followed where links lead: on another machine these would lead nowhere."""
    last = AuditEvent.objects.order_by("-number").first()
    digests: dict[str, str] = {}
    with new_file(part) as file, tarfile.open(fileobj=file, mode="w", dereference=True) as tar:
        digests[DUMP] = _add(tar, DUMP, dump)
        for name, root in folders().items():
            for path in _files_under(root):
                with suppress(FileNotFoundError):  # taken away meanwhile, by whoever may
                    in_tar = f"{name}/{path.relative_to(root)}"
                    digests[in_tar] = _add(tar, in_tar, path)
        manifest = Manifest(
            made_at=at.isoformat(timespec="seconds"),
            version=settings.VERSION,
            city=settings.CITY_NAME,
            migrations=versions.migrations_of_the_database(),
            check_values={name: value.hex() for name, value in secret_checks.recorded().items()},
            audit_head=last.head if last else "",
            files=digests,
        )
        content = manifest.write()
        info = tarfile.TarInfo(MANIFEST)
        info.size, info.mode = len(content), 0o600
        tar.addfile(info, BytesIO(content))
    return manifest


def _add(tar: tarfile.TarFile, name: str, path: Path) -> str:
    """Gives the digest of what went into the tar."""
    with Digested(path.open("rb")) as read:
        info = tar.gettarinfo(str(path), name)
        tar.addfile(info, read)
        return read.digest


def _files_under(root: Path) -> Iterator[Path]:
    for folder, _, names in sorted(os.walk(root, followlinks=True)):
        yield from (path for name in sorted(names) if (path := Path(folder) / name).is_file())


def _give_name(part: Path, path: Path) -> None:
    """Raises FileExistsError if by now there is something of that name."""
    try:
        os.link(part, path)
    except FileExistsError:
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path)) from None
    except OSError:  # some file systems have no second names
        part.rename(path)


# What restoring.py does with the same ---------------------------------------------------------------------------------


def folders() -> dict[str, Path]:
    return {"media": Path(settings.MEDIA_ROOT), "private": Path(settings.PRIVATE_ROOT)}


def run_on_the_database(program: str, *options: str) -> None:
    """Run one of PostgreSQL's programs on our database. Raises Refused with the first thing it said, which is why."""
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
