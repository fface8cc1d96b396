"""Addresses of one's own account: beside allauth's, and before one of them."""

from django.urls import path

from accounts import views

urlpatterns = [
    path("me/second-factor/", views.second_factor, name="second_factor"),
    path("accounts/signup/", views.sign_up, name="account_signup"),
]
