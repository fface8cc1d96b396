"""Every address of the site, room by room. A cycle's slug begins with four digits, so no word clashes."""

from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib import admin
from django.urls import include, path

admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]  # one door, with its second factor

handler400 = "budgeting.errors.bad_request"
handler403 = "budgeting.errors.forbidden"
handler404 = "budgeting.errors.not_found"
handler429 = "budgeting.errors.too_many"  # allauth's: Django knows none
handler500 = "budgeting.errors.server_error"

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("accounts.urls")),
    path("accounts/", include("allauth.urls")),
    path("", include("notices.urls")),
    path("", include("residents.urls")),
    path("", include("ballots.urls")),
    path("", include("results.urls")),
    path("", include("committee.urls")),
    path("", include("proposals.urls")),
    *([path("", include("demo.mailbox"))] if settings.DEMO else []),
    path("", include("front.urls")),
]
