"""Addresses of one's own account: beside allauth's, and before one of them; and of roles."""

from django.urls import path

from accounts.views import doors, roles

urlpatterns = [
    path("me/second-factor/", doors.second_factor, name="second_factor"),
    path("me/here/", doors.still_here, name="still_here"),
    path("accounts/reauthenticate/code/", doors.prove_by_mail, name="prove_by_mail"),
    path("accounts/3rdparty/signup/", doors.sign_up_elsewhere, name="socialaccount_signup"),
    path("accounts/signup/", doors.sign_up, name="account_signup"),
    path("accounts/signup/again/", doors.sign_up_anew, name="sign_up_anew"),
    path("desk/roles/", roles.page, name="roles"),
    path("desk/roles/<int:role>/end/", roles.end, name="role_end"),
    path("desk/roles/people/<int:person>/second-factor/", roles.take_factor, name="factor_taking"),
    path("desk/invitations/<int:invitation>/withdrawal/", roles.withdraw, name="invitation_withdrawal"),
    path("invitation/<slug:language>/", roles.take_up, name="invitation"),
]
