"""The base of every page of the set-up on which something is made, changed or deleted: all of it is on record."""

from typing import Any

from django.contrib import admin, messages
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from audit.acts import Done
from audit.models import AuditEvent
from lib.admin import Noun
from lib.refusal import refused_by


class SetUp(admin.ModelAdmin[Noun]):
    """Every change goes into the audit log in the transaction that makes it; nothing is deleted in bulk."""

    actions = None

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        done = Done.CHANGED if change else Done.MADE
        facts = _changes(form, formsets) | self.stands(form.instance)
        AuditEvent.append(done, by=request.user, on=form.instance, **facts)

    def stands(self, noun: Noun) -> dict[str, Any]:
        """What the log keeps of a noun beside what was changed: how it stands now, to compare it with."""
        return {}

    def delete_model(self, request: HttpRequest, obj: Noun) -> None:
        AuditEvent.append(Done.DELETED, by=request.user, on=obj, was=str(obj))
        super().delete_model(request, obj)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().changeform_view(request, *args, **kwargs)
        except IntegrityError as refused:
            if refused_by(refused):  # somebody else was faster: the forms had looked
                raise
            refusal = _("Not saved: what a frozen ballot paper or a finished count rests on can no longer change.")
            messages.error(request, refusal)
            return redirect(request.get_full_path())


def _changes(form: Any, formsets: Any) -> dict[str, Any]:
    """What a form and its rows change, as the audit log keeps it: {"title": ["old", "new"], "phase": {"Voting": …}}."""
    pairs = {name: [_brief(form.initial.get(name)), _brief(form.cleaned_data[name])] for name in form.changed_data}
    facts: dict[str, Any] = {name: [old, new] for name, (old, new) in pairs.items() if old != new}
    for formset in formsets:
        kept = [row for row in formset.forms if row not in formset.deleted_forms and row.has_changed()]
        rows: dict[str, Any] = {str(row.instance): _changes(row, ()) for row in kept}
        rows |= {str(row): "deleted" for row in formset.deleted_objects}
        if rows:
            facts[str(formset.model._meta.model_name)] = rows
    return facts


def _brief(value: Any) -> str | None:
    """A value as text; of a long one, such as a boundary, the beginning."""
    return None if value is None else str(value)[:200]
