"""What allauth asks us: how its mails are written, and what is noted when somebody signs in."""

from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context as allauth
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal import ratelimit
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from accounts.lost_factors import at_sign_in, has_only_lost_ones
from accounts.models import KnownNetwork, User
from budgeting.errors import too_many
from lib import clock
from notices.limits import Asker, in_turn, is_too_much, network_of


class Adapter(DefaultAccountAdapter):
    """Mails go out in the city's name, with links to the city's address, and not without end.

    A mailed code is asked for beside the password where a second factor was lost and no other is held. Wrong passwords
    are counted by address and network, so that nobody uses up another's tries.
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
        """Whoever holds a second factor shows that: a password alone proves nothing more about them."""
        ways: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        factors = [way for way in ways if way["id"] != "reauthenticate"]
        return factors if user.has_a_second_factor else ways

    def post_login(self, request: HttpRequest, user: User, **more: Any) -> HttpResponse:
        """Remember the network, so that strangers do not use up the codes this person needs there."""
        at_sign_in(user)
        KnownNetwork.remember(user, network_of(self.get_client_ip(request)), at=clock.now())
        return super().post_login(request, user, **more)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count a try; one that was right is taken back. Raises ValidationError where there were too many.

        Strangers, who may have any number of networks, share a number of their own.
        """
        super().pre_authenticate(request, **credentials)
        if self._asker(request, credentials.get("email", "")).is_known:
            return
        elsewhere = ratelimit.consume(
            request, app="allauth.account", action="login_failed_elsewhere", key=_address(credentials)
        )
        if not elsewhere:
            raise self.validation_error("too_many_login_attempts")
        self._login_failed_rl_usage.usage += elsewhere.usage

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Whose tries are counted together. allauth's own has the Host in it, which whoever asks may choose."""
        return f"{_address(credentials)} {network_of(self.get_client_ip(request))}"

    def _delete_login_attempts_cached_email(self, request: HttpRequest, **credentials: Any) -> None:
        """A password that was set anew by a mailed code can be used at once."""
        super()._delete_login_attempts_cached_email(request, **credentials)
        ratelimit.clear(request, app="allauth.account", action="login_failed_elsewhere", key=_address(credentials))

    def _asker(self, request: HttpRequest, email: str) -> Asker:
        """Known is also whoever is signed in already, wherever that was."""
        network = network_of(self.get_client_ip(request))
        is_theirs = request.user.is_authenticated and request.user.email.lower() == email.lower()
        return Asker(network, is_theirs or KnownNetwork.is_of(email, network))

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Put a mail into the outbox, in the transaction of whatever asked for it.

        Raises ImmediateHttpResponse (429) where the address has got enough.
        """
        request: HttpRequest = allauth.request
        asker = self._asker(request, email)
        about = {name: _at_our_address(value, request) for name, value in context.items()}
        message = self.render_mail(
            template_prefix, email, {"request": request, "email": email, "current_site": _site()} | about
        )
        message.asked_from = asker.network  # the outbox counts by it
        with in_turn(email):
            if is_too_much(email, asker, at=clock.now()):
                raise ImmediateHttpResponse(too_many(request, said=_enough()))
            message.send()


def _address(credentials: dict[str, Any]) -> str:
    return str(credentials.get("email", "")).lower()


def _enough() -> str:
    return _(
        "Enough mails have been sent to this address for now. Look whether one has arrived, also among what is taken "
        "for spam, and use the newest. You can ask for another in an hour, or tomorrow."
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
