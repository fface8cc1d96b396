"""How a rule says no, and the one way in which a view obeys a verb and shows the refusal."""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import Error
from django.http import HttpRequest


class Refused(ValidationError):
    """A rule said no. The message is one sentence for the person who asked, and nothing has been changed."""

    @property
    def sentence(self) -> str:
        return " ".join(self.messages)


def require(holds: object, sentence: Any) -> None:
    """Raise Refused with the sentence unless the condition holds."""
    if not holds:
        raise Refused(sentence)


def allow(objection: Any) -> None:
    """Raise Refused with the objection, if there is one: for verbs that share it with the page that offers them."""
    require(not objection, objection)


def is_refused(error: Error) -> bool:
    """Did the database say no, by a constraint or a guard, or because two came at once? Else it is a fault of ours."""
    state = getattr(error.__cause__, "sqlstate", None) or ""
    is_missing_value = state == "23502"
    return state.startswith(("23", "40")) and not is_missing_value


def refused_by(error: Error) -> str:
    """The name of the constraint that refused; empty where it was a guard."""
    return getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""


@contextmanager
def obeying(listener: forms.BaseForm | HttpRequest, field: str | None = None) -> Iterator[None]:
    """Carry out verbs. What one of them refuses is said on the form (at a field), or to the request's next page.

    A verb may raise a Refused or, from a model's own checks, another ValidationError. After either, what follows the
    `with` block is what happens next; a view therefore returns from within it when all went well:

        with obeying(form):
            proposal.withdraw(by=request.user, at=at, reason=form.cleaned_data["reason"])
            return redirect(proposal)
        return render(…, status=status_of(form))
    """
    try:
        yield
    except ValidationError as refusal:
        refusal.__traceback__ = None  # what the verb knew goes with its frames: the form outlives them
        if isinstance(listener, forms.BaseForm):
            _say_on(listener, field, refusal)
        else:
            messages.error(listener, " ".join(refusal.messages))


def status_of(*shown: forms.BaseForm | None) -> HTTPStatus:
    """With what a page answers that shows these forms: 422 if one of them was refused.

    None, and a form in which nobody has typed anything, say nothing.
    """
    refused = any(form is not None and form.errors for form in shown)
    return HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK


def _say_on(form: forms.BaseForm, field: str | None, refusal: ValidationError) -> None:
    """A model names its own fields, and the form may have fewer: what has no field of its own is said above them."""
    if not hasattr(refusal, "error_dict"):
        form.add_error(field, refusal)
        return
    for name, errors in refusal.error_dict.items():
        form.add_error(name if name in form.fields else None, errors)
