"""The composition root's settings. What a city sets, it sets in the environment: docs/running.md lists it all."""

import os
import tomllib
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import leaflet
from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _

from budgeting import environment

environment.check()

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = environment.COMMON_PURSE_VAR.read() or BASE_DIR / "var"
SECRETS_DIR = VAR_DIR / "secrets"
VERSION = tomllib.loads((BASE_DIR / "pyproject.toml").read_text())["project"]["version"]

# The city ----------------------------------------------------------------------------------------------------------

PUBLIC_URL = environment.PUBLIC_URL.read()
CITY_NAME = environment.CITY_NAME.read()
ANONYMOUS_BALLOTS_FROM = environment.ANONYMOUS_BALLOTS_FROM.read()  # fewer are not published
CITY_COUNTRY = environment.CITY_COUNTRY.read()  # as files of open data name it
CITY_COLOUR = environment.CITY_COLOUR.read()  # a CSS colour; empty: the stylesheet's own
CITY_CONTACT = environment.CITY_CONTACT.read()  # an e-mail address that residents may write to
TIME_ZONE = environment.CITY_ZONE.read()
DEFAULT_FROM_EMAIL = SERVER_EMAIL = environment.MAIL_FROM.read()
MAIL_BOUNCES = environment.MAIL_BOUNCES.read()  # where undeliverable mail goes back to; empty: to whom it comes from
BOUNCE_MAILBOX = environment.BOUNCE_MAILBOX.read()
MAIL_PER_MINUTE = environment.MAIL_PER_MINUTE.read()  # 0: as many as the server takes
MAIL_QUIET_FROM = environment.MAIL_QUIET_FROM.read()  # hours of the day; what concerns a right goes at any
MAIL_QUIET_UNTIL = environment.MAIL_QUIET_UNTIL.read()
MAIL_DIGEST_AT = environment.MAIL_DIGEST_AT.read()
MAP_TILES = environment.MAP_TILES.read()  # e.g. https://tiles.city.example/{z}/{x}/{y}.png; empty: boundaries only
DEMO = environment.COMMON_PURSE_DEMO.read()

# Secrets, all outside the database -----------------------------------------------------------------------------------

SECRET_KEY = environment.SECRET_KEY.read() or environment.kept_secret("SECRET_KEY", SECRETS_DIR)
# Keys the digests of the register of residents.
REGISTER_KEY = environment.REGISTER_KEY.read() or environment.kept_secret("REGISTER_KEY", SECRETS_DIR)
UNKEPT_SECRETS = environment.UNKEPT_SECRETS

# Django --------------------------------------------------------------------------------------------------------------

DEBUG = environment.DJANGO_DEBUG.read()
_public = urlsplit(PUBLIC_URL)
_secure = _public.scheme == "https"
ALLOWED_HOSTS = [_public.hostname or "127.0.0.1", "127.0.0.1", "localhost"]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

INSTALLED_APPS = [
    "audit",
    "budgeting",
    "notices",
    "accounts",
    "residents",
    "proposals",
    "committee",
    "ballots",
    "results",
    "front",
    "demo",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.forms",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "csp",
    "django_htmx",
    "django_tasks_db",
    "import_export",
    "template_partials",
]

MIDDLEWARE = [
    "budgeting.health.health",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "budgeting.bodies.letters_are_utf8",  # from here on the language of the sentences is known
    "budgeting.bodies.BodiesAreBounded",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "accounts.middleware.visitors_answer_no",
    "residents.middleware.letters_open_booths",
    "budgeting.middleware.pages_of_somebody_are_not_stored",
    "accounts.middleware.staff_sign_in_every_day",
    "accounts.middleware.staff_use_a_second_factor",
    "accounts.middleware.changes_are_proved_and_told",
    "accounts.middleware.WhatWasTypedComesBack",
    "accounts.middleware.leaving_clears_the_browser",
    "budgeting.middleware.RefusalsAreTold",
]

ROOT_URLCONF = "budgeting.urls"
WSGI_APPLICATION = "budgeting.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["template_partials.templatetags.partials"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "budgeting.context_processors.city",
                "budgeting.context_processors.frame",
            ],
        },
    }
]

FORM_RENDERER = "budgeting.renderer.Renderer"

_database_url = environment.database_url(VAR_DIR)
DATABASES = {"default": environment.database(_database_url)}
DATABASE_IS_EMBEDDED = _database_url == environment.embedded_url(VAR_DIR)
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        "OPTIONS": {"MAX_ENTRIES": 500_000},  # rate limits live here: a full cache would forget them
    }
}
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

STATIC_URL = "/static/"
BUNDLED_FILES = BASE_DIR / "budgeting" / "static"  # the only files a PDF may be made from
STATICFILES_DIRS = [("leaflet", Path(leaflet.__file__).parent / "static" / "leaflet")]
WHITENOISE_USE_FINDERS = True  # straight from the program: nothing to collect, nothing that could be out of date
MEDIA_ROOT = VAR_DIR / "media"  # photos: like all files handed out by views, which ask who may see them
PRIVATE_ROOT = VAR_DIR / "private"  # files only a permission check hands out: reports, ballots to print
# Whatever this program writes is for its own account alone, whoever writes it: Django's storages say so themselves,
# and what goes past them (mail, letters, downloads of a command) has it from the process.
FILE_UPLOAD_PERMISSIONS, FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o600, 0o700
os.umask(0o077)
_folders = ("demo", "mail", "secrets", "static")
environment.close_to_others(MEDIA_ROOT, PRIVATE_ROOT, *(VAR_DIR / name for name in _folders))

# Mail ----------------------------------------------------------------------------------------------------------------

EMAIL_BACKEND = "notices.outbox.Outbox"  # keeps it; the worker hands it to the transport
if EMAIL_HOST := environment.EMAIL_HOST.read():
    MAIL_TRANSPORT = "notices.transport.Smtp"
    _tls = environment.EMAIL_TLS.read()
    EMAIL_PORT = environment.EMAIL_PORT.read() or environment.MAIL_PORTS[_tls]
    EMAIL_HOST_USER = environment.EMAIL_USER.read()
    EMAIL_HOST_PASSWORD = environment.EMAIL_PASSWORD.read()
    EMAIL_USE_TLS, EMAIL_USE_SSL = _tls == "starttls", _tls == "implicit"
    EMAIL_TIMEOUT = 15  # seconds for each answer of the server, however many lines it has
else:
    EMAIL_HOST = "localhost"  # Django's own default
    MAIL_TRANSPORT = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = VAR_DIR / "mail"
    EMAIL_FILE_PATH.mkdir(mode=0o700, parents=True, exist_ok=True)  # there are sign-in codes in it

# Language and time ---------------------------------------------------------------------------------------------------

LANGUAGE_CODE = environment.CITY_LANGUAGE.read()
LANGUAGES = [("en", _("English")), ("fr", _("French"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True

# Accounts ------------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "accounts.adapter.Adapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SIGNUP_FORM_CLASS = "accounts.forms.PublicNameForm"
ACCOUNT_FORMS = {"signup": "accounts.sign_up.SignUpForm"}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = 10 * 60  # no code lives longer (ASVS 6.5.5)
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = f"[{CITY_NAME}] "
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True  # nothing in a mail is used up by opening a link
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
ACCOUNT_EMAIL_NOTIFICATIONS = False  # accounts/changes.py tells, in the transaction of the change
STAFF_SESSION = timedelta(hours=environment.STAFF_SESSION_HOURS.read())
STAFF_IDLE = timedelta(minutes=environment.STAFF_IDLE_MINUTES.read())
# The city's own sign-in, from the environment only: whoever could set one up could sign in as anybody.
SOCIALACCOUNT_ADAPTER = "accounts.elsewhere.Elsewhere"
SOCIALACCOUNT_AUTO_SIGNUP = False  # everybody chooses a public name
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
SOCIALACCOUNT_FORMS = {"disconnect": "accounts.disconnecting.DisconnectForm"}
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": environment.sign_in_apps(), "EMAIL_AUTHENTICATION": False}}
# Passwords and mails that are asked for are counted by us, so that nobody is shut out by others (accounts/guesses.py,
# notices/limits.py). What stays of allauth's counts no address that anybody could write down.
ACCOUNT_RATE_LIMITS = {
    "confirm_email": None,
    "login": None,
    "login_failed": "5/5m/key",  # of second factors, by account: nobody comes there without password or mailbox
    "request_login_code": None,
    "reset_password": None,
    "signup": "20/m/ip,200/h/ip",
}
MFA_RATE_LIMITS = {"webauthn_login": None}  # of a passkey there is nothing to guess
# How many proxies of ours stand in front. 0: X-Forwarded-For is not believed, and nobody can pose as another address.
# https comes from a proxy: not believing that one, all residents would be one address, and limits shut everybody out.
_proxies = environment.TRUSTED_PROXIES.read()
ALLAUTH_TRUSTED_PROXY_COUNT = int(_secure) if _proxies is None else _proxies
MFA_ADAPTER = "accounts.mfa.SealedSecrets"
MFA_TOTP_ISSUER = f"Common Purse {CITY_NAME}"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not _secure

# Browser -------------------------------------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [
            SELF,
            "data:",
            *([f"{urlsplit(MAP_TILES).scheme}://{urlsplit(MAP_TILES).netloc}"] if MAP_TILES else []),
        ],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _secure
SESSION_COOKIE_NAME = "__Host-session" if _secure else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if _secure else "csrf"
DEVICE_COOKIE_NAME = "__Host-device" if _secure else "device"  # accounts/devices.py
SECURE_HSTS_SECONDS = 31_536_000 if _secure else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = environment.HSTS_SUBDOMAINS.read()  # they are the city's, not ours
SECURE_SSL_REDIRECT = False  # the proxy in front does it
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _secure else None
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024  # without files; how much a view takes in all: budgeting/bodies.py

# Nothing that a person chose or typed is logged: levels and paths only.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
}
