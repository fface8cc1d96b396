"""The addresses of this room."""

from django.urls import path

from accounts.views import me

urlpatterns = [
    path("me/second-factor/", me.second_factor, name="second_factor"),
]
