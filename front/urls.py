"""Addresses of the pages that bring rooms together, last of all since a cycle's slug stands first."""

from django.urls import path
from django.views.i18n import set_language

from front.views import audit, desk, joint_acts, kept, me, one_is_enough, pages, rule

urlpatterns = [
    path("", pages.home, name="home"),
    path("how-it-works/", pages.how_it_works, name="how_it_works"),
    path("accessibility/", pages.accessibility, name="accessibility"),
    path("styleguide/", pages.styleguide, name="styleguide"),
    path("language/", set_language, name="set_language"),
    path("me/", me.page, name="me"),
    path("me/name/", me.name, name="my_name"),
    path("me/language/", me.language, name="my_language"),
    path("me/data.json", me.data, name="my_data"),
    path("me/closing/", me.closing, name="closing"),
    path("desk/", desk.page, name="desk"),
    path("desk/mail/again/", desk.send_all_again, name="send_all_mail_again"),
    path("desk/mail/give-up/", desk.give_up_all_mails, name="give_up_all_mail"),
    path("desk/mail/<int:mail>/again/", desk.send_again, name="send_mail_again"),
    path("desk/mail/<int:mail>/give-up/", desk.give_up_mail, name="give_up_mail"),
    path("desk/kept/", kept.page, name="kept"),
    path("desk/two-people/", one_is_enough.page, name="one_is_enough"),
    path("desk/two-people/again/", one_is_enough.revoke, name="two_again"),
    path("desk/acts/<int:number>/", joint_acts.show, name="joint_act"),
    path("desk/acts/<int:number>/confirmation/", joint_acts.confirm, name="joint_act_confirmation"),
    path("desk/acts/<int:number>/withdrawal/", joint_acts.withdraw, name="joint_act_withdrawal"),
    path("audit/", audit.page, name="audit"),
    path("audit/log.csv", audit.export, name="audit_export"),
    path("<cycle:cycle>/", pages.cycle, name="cycle"),
    path("<cycle:cycle>/<slug:contest>/", pages.contest, name="contest"),
    path("<cycle:cycle>/<slug:contest>/rule/", rule.page, name="contest_rule"),
]
