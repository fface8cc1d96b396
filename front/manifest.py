"""What a backup says of itself, and whether it is whole.

The file is a tar: `database.dump` (pg_dump's own format), the files of `media/` and `private/`, and last, because it
has a digest of each of them, `manifest.json`. One that was cut off so has none.
"""

import hashlib
import json
import re
import shutil
import tarfile
from dataclasses import asdict, dataclass, fields
from pathlib import Path, PurePosixPath
from typing import IO, Any

from budgeting import secret_checks, versions
from lib.private_files import new_file
from lib.refusal import Refused

DUMP, MANIFEST, FOLDERS = "database.dump", "manifest.json", ("media", "private")
DIGEST, HEAD = re.compile("[0-9a-f]{64}"), re.compile("[0-9]{1,18}:[0-9a-f]{64}")
MOST_BYTES = 512 * 2**20  # of a manifest: a million photos have 150 MB
BLOCK = 2**20


@dataclass(frozen=True, slots=True)
class Manifest:
    """`audit_head`: "NUMBER:HASH" of the log's last entry, or empty. `files`: the digest of each, by its name."""

    made_at: str
    version: str
    city: str
    migrations: list[str]
    check_values: dict[str, str]
    audit_head: str
    files: dict[str, str]

    @classmethod
    def read(cls, content: bytes) -> "Manifest":
        """Raises ValueError if these are not the bytes of one."""
        told = json.loads(content)
        if not isinstance(told, dict) or told.keys() != {field.name for field in fields(cls)}:
            raise ValueError
        read = cls(**told)
        texts = [read.made_at, read.version, read.city, read.audit_head]
        if not (_are_texts(texts) and isinstance(read.migrations, list) and _are_texts(read.migrations)):
            raise ValueError
        if read.audit_head and not HEAD.fullmatch(read.audit_head):
            raise ValueError
        for digests in (read.check_values, read.files):
            if not isinstance(digests, dict) or not _are_texts(digests.values()):
                raise ValueError
            if not all(map(DIGEST.fullmatch, digests.values())):
                raise ValueError
        if read.check_values.keys() - set(secret_checks.SECRETS) or DUMP not in read.files:
            raise ValueError
        return read

    def write(self) -> bytes:
        return json.dumps(asdict(self), indent=1).encode()


def read_manifest(path: Path, tar: tarfile.TarFile) -> Manifest:
    """Raises Refused if the file is no whole backup, or one by a program that knows more than this one."""
    try:
        member = tar.getmember(MANIFEST)
        content = tar.extractfile(member) if member.isreg() and member.size <= MOST_BYTES else None
        manifest = Manifest.read(content.read() if content else b"")
        names = sorted(each.name for each in tar.getmembers())
    except (KeyError, ValueError, tarfile.TarError):
        raise not_whole(path) from None
    if names != sorted([*manifest.files, MANIFEST]):
        raise not_whole(path)
    if unknown := versions.unknown_here(manifest.migrations):
        said = f"version {manifest.version}, which knows more than this one (such as {unknown[0]})"
        raise Refused(f"This backup was made by {said}: restore it with that version or a later one.")
    return manifest


def unpack(path: Path, tar: tarfile.TarFile, manifest: Manifest, folder: Path) -> None:
    """Write all its files into a folder of our own. Raises Refused if one is no plain file, or was damaged."""
    for member in tar.getmembers():
        if member.name != MANIFEST and not (member.isreg() and _has_a_place(member.name)):
            raise not_whole(path)
    for name, digest in manifest.files.items():
        place = folder / name
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        content = tar.extractfile(name)
        if content is None:
            raise not_whole(path)
        with new_file(place) as file, Digested(content) as read:
            try:
                shutil.copyfileobj(read, file, BLOCK)
            except tarfile.TarError:
                raise not_whole(path) from None
        if read.digest != digest:
            raise Refused(f"{path} was damaged: {name} in it is not what was backed up. Nothing was done.")


def not_whole(path: Path) -> Refused:
    return Refused(f"{path} is not a whole backup of Common Purse.")


class Digested:
    """Reads a file, and makes a digest of what was read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._sum = file, hashlib.sha256()

    def __enter__(self) -> "Digested":
        return self

    def __exit__(self, *_how: object) -> None:
        self._file.close()

    def read(self, most: int = -1) -> bytes:
        part = self._file.read(most)
        self._sum.update(part)
        return part

    @property
    def digest(self) -> str:
        return self._sum.hexdigest()


def _has_a_place(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return name == DUMP or (len(parts) > 1 and parts[0] in FOLDERS and ".." not in parts)


def _are_texts(values: Any) -> bool:
    return all(isinstance(value, str) for value in values)
