"""What allauth asks us: how its mails are written, and what is noted when somebody signs in."""

from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context as allauth
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal.ratelimit import respond_429
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from accounts.lost_factors import at_sign_in, has_only_lost_ones
from accounts.models import KnownNetwork, User
from lib import clock
from notices.limits import Asker, in_turn, is_too_much, network_of


class Adapter(DefaultAccountAdapter):
    """Mails go out in the city's name, with links to the city's address, and not without end.

    A mailed code is asked for beside the password where a second factor was lost and no other is held.
    """

    def is_login_by_code_required(self, login: Any) -> bool:
        if login.user is None or not has_only_lost_ones(login.user):
            return super().is_login_by_code_required(login)
        return "code" not in {record["method"] for record in get_authentication_records(self.request, login.user)}

    def post_login(self, request: HttpRequest, user: User, **more: Any) -> HttpResponse:
        """Remember the network, so that strangers do not use up the codes this person needs there."""
        at_sign_in(user)
        KnownNetwork.remember(user, network_of(self.get_client_ip(request)), at=clock.now())
        return super().post_login(request, user, **more)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Put a mail into the outbox, in the transaction of whatever asked for it.

        Raises ImmediateHttpResponse (429) where the address has got enough.
        """
        request: HttpRequest = allauth.request
        network = network_of(self.get_client_ip(request))
        asker = Asker(network, KnownNetwork.is_of(email, network))
        about = {name: _at_our_address(value, request) for name, value in context.items()}
        message = self.render_mail(
            template_prefix, email, {"request": request, "email": email, "current_site": _site()} | about
        )
        message.asked_from = network  # the outbox counts by it
        with in_turn(email):
            if is_too_much(email, asker, at=clock.now()):
                raise ImmediateHttpResponse(respond_429(request))
            message.send()


def _site() -> SimpleNamespace:
    """What allauth's templates call the site."""
    return SimpleNamespace(name=settings.CITY_NAME, domain=urlsplit(settings.PUBLIC_URL).netloc)


def _at_our_address(value: Any, request: HttpRequest) -> Any:
    """A link as people can follow it, whatever Host the request came in with."""
    as_asked = request.build_absolute_uri("/")
    if isinstance(value, str) and value.startswith(as_asked):
        return settings.PUBLIC_URL + "/" + value.removeprefix(as_asked)
    return value
