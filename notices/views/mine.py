"""What I am told: the page under the bell, what I follow, how I hear of it; and no more mails of a kind."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from budgeting.people import Request
from lib import clock
from lib.refusal import status_of
from lib.typed import without_nul
from notices import following, stopping
from notices.forms import WaysForm
from notices.kinds import telling_of
from notices.models import Follow, Notice
from notices.writing import line

PER_PAGE = 30


@login_required
def page(request: Request) -> HttpResponse:
    """What happened, the newest first. What I may no longer see is not there."""
    notices = Notice.objects.on_the_site(request.user)
    shown = Paginator(notices, PER_PAGE).get_page(request.GET.get("page"))
    told = [(notice, found) for notice in shown if (found := line(notice, notice.reader))]
    return render(request, "notices/page.html", {"page": shown, "told": told, "unread": notices.unread().exists()})


@login_required
@require_POST
def read(request: Request) -> HttpResponse:
    """I have read all of it."""
    Notice.objects.on_the_site(request.user).unread().update(read_at=clock.now())
    return redirect("notices")


@login_required
def ways(request: Request) -> HttpResponse:
    form = WaysForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("From now on you hear of it as you have chosen."))
        return redirect("ways")
    return render(request, "notices/ways.html", {"form": form}, status=status_of(form))


@login_required
def follows(request: Request) -> HttpResponse:
    """What I follow. POST begins to follow a thing, or with `stop` stops."""
    if request.method != "POST":
        mine = Follow.objects.filter(user=request.user.pk, stopped_at=None).order_by("-at")
        things = [(follow.thing, thing) for follow in mine if (thing := following.found(follow.thing, request.user))]
        return render(request, "notices/follows.html", {"things": things})
    named = without_nul(request.POST.get("thing", ""))
    if "stop" in request.POST:
        Follow.stop(named, by=request.user, at=clock.now())
        messages.success(request, _("You no longer follow this."))
        return redirect(_next(request))
    if (thing := following.found(named, request.user)) is None:
        raise Http404
    Follow.begin(thing, by=request.user, at=clock.now())
    messages.success(request, _("You follow this from now on."))
    return redirect(_next(request))


def _next(request: Request) -> str:
    address = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())
    return address if safe else reverse("follows")


@csrf_exempt
@require_http_methods(["GET", "POST"])
def stop(request: Request, word: str) -> HttpResponse:
    """No more mails of a kind, by whoever has one of them: the page has a button, and so has the mail program.

    That one posts without our token (RFC 8058), which is why this view, and no other, asks for none. It can do nothing
    but this.
    """
    if (found := stopping.read(word)) is None:
        raise Http404
    reader, kind = found
    if request.method == "POST":
        stopping.stop(reader, kind)
    telling = None if kind == stopping.DIGEST else telling_of(kind)
    return render(request, "notices/stop.html", {"telling": telling, "done": request.method == "POST"})
