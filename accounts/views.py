"""What somebody with a role must do before anything else."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from accounts.visitors import user_of


@login_required
@require_GET
def second_factor(request: HttpRequest) -> HttpResponse:
    """Where whoever holds a role is led until they have set up an authenticator app or a passkey."""
    if user_of(request).has_a_second_factor:
        return redirect("mfa_index")
    return render(request, "accounts/second_factor.html")
