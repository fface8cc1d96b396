"""My own page, and what I must do before I may see it."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts.visitors import signed_in


@login_required
def second_factor(request: HttpRequest) -> HttpResponse:
    """Where whoever holds a role is led until they have set up an authenticator app or a passkey."""
    if signed_in(request).has_a_second_factor:
        return redirect("mfa_index")
    return render(request, "accounts/second_factor.html")
