"""The addresses of this room, last of all since a cycle's slug stands first."""

from django.urls import path

from budgeting import (
    addresses,  # noqa: F401  (registers <cycle:…>)
    views,
)

urlpatterns = [
    path("", views.home, name="home"),
    path("<cycle:cycle>/", views.cycle, name="cycle"),
    path("<cycle:cycle>/<slug:district>/", views.contest, name="contest"),
]
