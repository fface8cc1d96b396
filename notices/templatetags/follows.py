"""Following, as a button: {% load follows %}"""

from typing import Any

from django import template
from django.db import models

from audit.models import reference
from notices.models import Follow

register = template.Library()


@register.inclusion_tag("notices/follow_button.html", takes_context=True)
def follow_button(context: dict[str, Any], thing: models.Model) -> dict[str, Any]:
    """{% follow_button proposal %}: begin or stop; who is not signed in is asked to."""
    request = context["request"]
    signed_in = request.user.is_authenticated
    follows = signed_in and Follow.objects.of_any(thing).filter(user=request.user.pk).exists()
    return {"thing": reference(thing), "name": thing, "follows": follows, "request": request}
