"""What allauth asks us: how its mails are written, and what is noted when somebody signs in."""

from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context as allauth
from allauth.core.exceptions import ImmediateHttpResponse
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from accounts import devices, guesses
from accounts.lost_factors import at_sign_in, has_only_lost_ones
from accounts.models import KnownNetwork, User
from audit.acts import Done
from audit.models import AuditEvent
from budgeting.errors import too_many
from lib import clock
from notices.counts import in_words
from notices.dress import dressed
from notices.limits import Asker, in_turn, network_of, refused_until


class ToNobody(Exception):
    """A mail to the account for nobody that accounts/sign_up.py makes in a request, and takes back."""

    ADDRESS = "address_of_nobody"  # an attribute of the request


class Adapter(DefaultAccountAdapter):
    """Mails go out in the city's name, with links to the city's address, and not without end.

    A mailed code is asked for beside the password where a second factor was lost and no other is held. Wrong passwords
    are counted so that nobody uses up another's tries (accounts/guesses.py).
    """

    def is_login_by_code_required(self, login: Any) -> bool:
        if login.user is None or not has_only_lost_ones(login.user):
            return super().is_login_by_code_required(login)
        return "code" not in {record["method"] for record in get_authentication_records(self.request, login.user)}

    def get_login_stages(self) -> list[str]:
        """Factors are asked for before the address: who proves it shows first that what was set is theirs."""
        stages: list[str] = super().get_login_stages()
        return sorted(stages, key=lambda stage: stage.endswith("EmailVerificationStage"))

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """Whoever holds a second factor shows that: a password alone proves nothing more about them.

        Somebody who is not signed in has no way, and is led to the sign-in.
        """
        if not user.is_authenticated:
            return []
        ways: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        factors = [way for way in ways if way["id"] != "reauthenticate"]
        return factors if user.has_a_second_factor else ways

    def post_login(self, request: HttpRequest, user: User, **more: Any) -> HttpResponse:
        """Remember network and device, so that strangers do not use up what this person needs there."""
        at_sign_in(user)
        KnownNetwork.remember(user, network_of(self.get_client_ip(request)), at=clock.now())
        if user.must_use_a_second_factor:
            AuditEvent.note(Done.SIGNED_IN, by=user, on=user)
        response = super().post_login(request, user, **more)
        devices.remember(request, response, user)
        return response

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count a try; one that is right is taken back. Raises ValidationError where there were too many.

        In place of allauth's own, which waits for a lock, and by which a neighbour keeps everybody out.
        """
        email = credentials.get("email", "")
        self._counted = guesses.counted_by(email, self._asker(request, email))
        if until := guesses.count(self._counted, at=clock.now()):
            raise ValidationError(_too_many_guesses() % {"moment": in_words(until)}, code="too_many_login_attempts")

    def _rollback_login_failed_rl_usage(self) -> None:
        guesses.take_back(self._counted)

    def _delete_login_attempts_cached_email(self, request: HttpRequest, **credentials: Any) -> None:
        """A password that was set anew by a mailed code can be used at once."""
        email = credentials.get("email", "")
        guesses.forget(email, self._asker(request, email))

    def _asker(self, request: HttpRequest, email: str) -> Asker:
        network = network_of(self.get_client_ip(request))
        return Asker(network, KnownNetwork.is_of(email, network), devices.device_of(request, email))

    def render_mail(
        self, template_prefix: str, email: Any, context: dict[str, Any], headers: dict[str, str] | None = None
    ) -> EmailMessage:
        """In the dress of all our mails; the words are those of templates/account/email/."""
        subject = " ".join(render_to_string(f"{template_prefix}_subject.txt", context).split())
        text = render_to_string(f"{template_prefix}_message.txt", context)
        return dressed(self.format_email_subject(subject), text, to=email, headers=headers, has_codes=True)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Put a mail into the outbox, in the transaction of whatever asked for it.

        Raises ImmediateHttpResponse (429) where the address has got enough.
        """
        request: HttpRequest = allauth.request
        if email == getattr(request, ToNobody.ADDRESS, None):
            raise ToNobody
        asker = self._asker(request, email)
        about = {name: _at_our_address(value, request) for name, value in context.items()}
        message = self.render_mail(
            template_prefix, email, {"request": request, "email": email, "current_site": _site()} | about
        )
        message.asked_from = asker.place  # type: ignore[attr-defined]  # the outbox counts by it
        with in_turn(email):
            if until := refused_until(email, asker, at=clock.now()):
                raise ImmediateHttpResponse(too_many(request, said=_enough() % {"moment": in_words(until)}))
            message.send()


def _too_many_guesses() -> str:
    return _(
        "Too many wrong passwords: from here, none is taken until %(moment)s. You can sign in with a passkey or a "
        "mailed code all the same."
    )


def _enough() -> str:
    return _(
        "Enough mails have been asked for. Look whether one has arrived, also among what is taken for spam, and use "
        "the newest. You can ask for another from %(moment)s on."
    )


def _site() -> SimpleNamespace:
    """What allauth's templates call the site."""
    return SimpleNamespace(name=settings.CITY_NAME, domain=urlsplit(settings.PUBLIC_URL).netloc)


def _at_our_address(value: Any, request: HttpRequest) -> Any:
    """A link as people can follow it, whatever Host the request came in with."""
    as_asked = request.build_absolute_uri("/")
    if isinstance(value, str) and value.startswith(as_asked):
        return settings.PUBLIC_URL + "/" + value.removeprefix(as_asked)
    return value
