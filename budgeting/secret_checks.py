"""The site's secrets and its database belong together, and each start looks whether they still do.

A secret is never in the database. A check value of each is: an HMAC under a fixed label, from which a secret of our own
making (64 characters by chance) cannot be learnt, and by which another one is told apart.
"""

import hmac
from collections.abc import Mapping

from django.conf import settings
from django.db import connection, transaction

from budgeting.models import SecretCheck
from lib.private_files import new_file
from lib.refusal import Refused

SECRETS = ("SECRET_KEY", "REGISTER_KEY")
# What Django and we fill ourselves in a database in which nobody has done anything yet.
OF_NO_CITY = {
    "auth_permission",
    "budgeting_secretcheck",
    "cache",
    "django_content_type",
    "django_migrations",
    "django_session",
}

GIVE_UP = "if it is lost for good, ./run manage give_up_secret {name}"
WRONG = (
    "{name} is not the one this city was set up with: put the right one into the environment or into {file}; "
    f"{GIVE_UP} says what follows and does it."
)
MISSING = (
    "{name} is missing, and this database holds a city that was set up with one: put it into the environment or into "
    f"{{file}}; {GIVE_UP} says what follows and does it."
)
WARNING = (
    "Careful: SECRET_KEY is not the one this city was set up with. Everybody signs in again, and authenticator apps "
    "and recovery codes sealed with the other count as not held. Put the right one into the environment or into "
    f"{{file}}; {GIVE_UP} keeps this one."
)
UNKEPT = (
    "{name} is neither in the environment nor in {file}: ./run serve, or ./run manage "
    "check_database, makes one for a new city."
)


def check_value(name: str, secret: str) -> bytes:
    """32 bytes."""
    return hmac.digest(secret.encode(), f"common-purse|check-value/v1|{name}".encode(), "sha256")


def first_unkept() -> str:
    """A sentence about the first secret that was made for this process alone, or nothing."""
    return next((_told(UNKEPT, name) for name in SECRETS if name in settings.UNKEPT_SECRETS), "")


def present() -> dict[str, str]:
    """The secrets this site was given, by name."""
    return {name: getattr(settings, name) for name in SECRETS if name not in settings.UNKEPT_SECRETS}


def recorded() -> dict[str, bytes]:
    """The check values the database holds, by name. None where it was made before there were any."""
    if SecretCheck._meta.db_table not in connection.introspection.table_names():
        return {}
    return {check.name: bytes(check.value) for check in SecretCheck.objects.all()}


def holds_a_city() -> bool:
    """Has anybody done anything in this database?"""
    tables = sorted({*connection.introspection.table_names()} - OF_NO_CITY)
    if not tables:
        return False
    filled = " OR ".join(f"EXISTS (SELECT FROM {connection.ops.quote_name(table)})" for table in tables)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {filled}")
        return bool(cursor.fetchone()[0])


def wrong(values: Mapping[str, bytes], secrets: Mapping[str, str]) -> list[str]:
    """The names of those secrets that are others than those with these check values."""
    return [
        name
        for name, value in values.items()
        if name in secrets and not hmac.compare_digest(value, check_value(name, secrets[name]))
    ]


def compare() -> str:
    """A warning about the secrets, or nothing, if they are those of this database.

    Raises Refused, naming the secret and what to do, if REGISTER_KEY is another one, since with it an import would take
    everybody off the register; and if any secret is missing that the database's city was set up with.
    """
    values, given = recorded(), present()
    missing, others = [name for name in SECRETS if name not in given], wrong(values, given)
    if not (missing or others) or not holds_a_city():
        return ""
    if missing:
        raise Refused(_told(MISSING, missing[0]))
    if "REGISTER_KEY" in others:
        raise Refused(_told(WRONG, "REGISTER_KEY"))
    return _told(WARNING, "SECRET_KEY")


@transaction.atomic
def keep() -> str:
    """Compare, as `compare` does; then keep what is new: the secrets of a new city, and check values not there yet."""
    warning = compare()
    if not holds_a_city():
        SecretCheck.objects.all().delete()
    for name in SECRETS:
        _keep_in_file(name)
    SecretCheck.objects.bulk_create(
        [SecretCheck(name=name, value=check_value(name, secret)) for name, secret in present().items()],
        ignore_conflicts=True,
    )
    return warning


@transaction.atomic
def replace(name: str) -> None:
    """Make the secret this site has now the one the database knows; where it has none, make one and keep it."""
    _keep_in_file(name)
    value = check_value(name, getattr(settings, name))
    SecretCheck.objects.update_or_create(name=name, defaults={"value": value})


def write(name: str, secret: str) -> None:
    """Keep a secret in var/secrets, for this account alone. Raises FileExistsError if one is there."""
    settings.SECRETS_DIR.mkdir(parents=True, exist_ok=True, mode=0o700)
    with new_file(settings.SECRETS_DIR / name.lower()) as file:
        file.write(secret.encode())


def _keep_in_file(name: str) -> None:
    if name in settings.UNKEPT_SECRETS:
        write(name, getattr(settings, name))
        settings.UNKEPT_SECRETS.discard(name)


def _told(sentence: str, name: str) -> str:
    return sentence.format(name=name, file=settings.SECRETS_DIR / name.lower())
