"""Files that only a permission check hands out, or nobody."""

import os
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage
from django.db import models
from django.db.models.fields.files import FieldFile


class PrivateFiles(FileSystemStorage):
    """They lie under PRIVATE_ROOT and have no address of their own."""

    @property
    def base_location(self) -> str:
        return str(settings.PRIVATE_ROOT)

    location = base_location

    def url(self, name: str | None) -> str:
        raise ValueError("A private file has no address.")


class PrivateFileField(models.FileField):
    """The name of a private file. To the database, and so to migrations, it is a file field like any other."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{**options, "storage": PrivateFiles()})

    def deconstruct(self) -> Any:
        name, _path, args, options = super().deconstruct()
        options.pop("storage", None)
        return name, "django.db.models.FileField", args, options


def new_file(path: Path) -> IO[bytes]:
    """A file that only this account may read, for writing. Raises FileExistsError if one is there."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def open_if_there(file: FieldFile) -> File | None:
    """A file, opened for reading; None where it is missing.

    The database tells of files that lie beside it: another machine may have made them, or only it was brought back.
    """
    try:
        return file.open("rb")
    except FileNotFoundError:
        return None


def is_missing(file: FieldFile) -> bool:
    """Is a file told of that is not there?"""
    return file.name is not None and bool(file) and not file.storage.exists(file.name)
