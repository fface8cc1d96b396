"""Addresses of one's own account, beside allauth's."""

from django.urls import path

from accounts import views

urlpatterns = [path("me/second-factor/", views.second_factor, name="second_factor")]
