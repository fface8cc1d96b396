"""How allauth keeps second factors here."""

import base64

from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class SealedSecrets(DefaultMFAAdapter):
    """Encrypts the secrets of authenticator apps and recovery codes: a copy of the database does not hold them."""

    def encrypt(self, text: str) -> str:
        return _fernet().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _fernet().decrypt(encrypted_text.encode()).decode()


def _fernet() -> Fernet:
    key = HKDF(SHA256(), 32, salt=None, info=b"second-factor/v1").derive(settings.SECRET_KEY.encode())
    return Fernet(base64.urlsafe_b64encode(key))
