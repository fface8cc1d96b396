"""The addresses of this room, last of all since a cycle's slug stands first."""

from django.urls import path
from django.views.i18n import set_language

from budgeting import (
    addresses,  # noqa: F401  (registers <cycle:…>)
    views,
)

urlpatterns = [
    path("", views.home, name="home"),
    path("how-it-works/", views.how_it_works, name="how_it_works"),
    path("accessibility/", views.accessibility, name="accessibility"),
    path("styleguide/", views.styleguide, name="styleguide"),
    path("language/", set_language, name="set_language"),
    path("<cycle:cycle>/", views.cycle, name="cycle"),
    path("<cycle:cycle>/<slug:district>/", views.contest, name="contest"),
]
