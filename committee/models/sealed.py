"""What the audit log knows by a digest alone, until it is public."""

import hashlib
import secrets
from typing import Any

from django.db import models

from lib.canonical import canonical

SALT = 16  # bytes


def new_salt() -> bytes:
    return secrets.token_bytes(SALT)


class Sealed(models.Model):
    """What the audit log knows by a digest alone until it is public: over its content and a salt kept beside it."""

    salt = models.BinaryField(max_length=SALT)

    class Meta:
        abstract = True

    @property
    def sealed(self) -> str:
        """The content as canonical JSON."""
        return canonical(self.content())

    @property
    def salt_in_words(self) -> str:
        return bytes(self.salt).hex()

    @property
    def digest(self) -> str:
        """SHA-256 of the salt and of the content as canonical JSON, in hexadecimal."""
        return hashlib.sha256(bytes(self.salt) + self.sealed.encode()).hexdigest()

    def content(self) -> dict[str, Any]:
        raise NotImplementedError
