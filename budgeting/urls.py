"""Every address of the site, room by room. A cycle's slug begins with four digits, so no word clashes."""

from django.conf import settings
from django.conf.urls.static import static
from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.urls")),
    path("", include("accounts.urls")),
    path("", include("ballots.urls")),
    path("", include("proposals.urls")),
    path("", include("budgeting.pages")),
    *static(settings.MEDIA_URL, document_root=settings.MEDIA_ROOT),
]
