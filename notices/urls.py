"""Addresses of what somebody is told, and of the words in which."""

from django.urls import path

from notices.views import mine, wording

urlpatterns = [
    path("me/notices/", mine.page, name="notices"),
    path("me/notices/read/", mine.read, name="notices_read"),
    path("me/notices/ways/", mine.ways, name="ways"),
    path("me/follows/", mine.follows, name="follows"),
    path("desk/words/", wording.index, name="wordings"),
    path("desk/words/<slug:kind>/<slug:language>/", wording.edit, name="wording"),
    path("mails/stop/<str:word>/", mine.stop, name="stop_mails"),
]
