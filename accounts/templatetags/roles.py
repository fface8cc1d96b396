"""How long a role is held, in words."""

from datetime import datetime

from django import template
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from accounts.invitations import last_day
from accounts.models import Role

register = template.Library()


@register.simple_tag
def term(role: Role, at: datetime) -> str:
    until = last_day(role.ends)
    if role.begins and role.begins > at:
        said = {"begins": date_format(localtime(role.begins), "j F Y"), "until": until}
        return _("from %(begins)s until %(until)s") % said
    return _("until %s") % until if until else _("without an end")
