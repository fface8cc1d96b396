"""How allauth keeps second factors here, and what becomes of those that were sealed with a key we no longer have."""

import base64
import secrets
from typing import Any

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class SealedSecrets(DefaultMFAAdapter):
    """Encrypts the secrets of authenticator apps and recovery codes: a copy of the database does not hold them."""

    def encrypt(self, text: str) -> str:
        return _fernet().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """What was sealed; if it was sealed with another SECRET_KEY, another secret by chance, which no code fits.

        An empty text would not do: codes for that anybody can reckon.
        """
        return _unsealed(encrypted_text) or base64.b32encode(secrets.token_bytes(20)).decode()

    def is_mfa_enabled(self, user: Any, types: Any = None) -> bool:
        """Whether this person holds a second factor, of these types, that can still be asked for."""
        if user.is_anonymous:
            return False
        factors = Authenticator.objects.filter(user_id=user.pk)
        return any(is_held(factor) for factor in (factors if types is None else factors.filter(type__in=types)))


def is_held(factor: Authenticator) -> bool:
    """Not one whose secret was sealed with another SECRET_KEY. Passkeys have no secret here, so they are never lost."""
    sealed = factor.data.get("secret") or factor.data.get("seed")
    return factor.type == Authenticator.Type.WEBAUTHN or not sealed or _unsealed(sealed) is not None


def _unsealed(text: str) -> str | None:
    try:
        return _fernet().decrypt(text.encode()).decode()
    except InvalidToken:
        return None


def _fernet() -> Fernet:
    key = HKDF(SHA256(), 32, salt=None, info=b"second-factor/v1").derive(settings.SECRET_KEY.encode())
    return Fernet(base64.urlsafe_b64encode(key))
