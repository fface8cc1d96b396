"""What must not be shown by law: a text or a photo withheld from view, by two people, with a public reason."""

from typing import Any

from django.db import models
from django.db.models.query_utils import DeferredAttribute
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from budgeting.models import JointAct
from budgeting.models.by_two import ByTwo, a_reason, another_confirms
from lib.one_line import OneLine


class Instead(str):
    """The sentence that stands for a text while it is withheld from view.

    `as_written` is the text itself, for those few who must have it: what is stored, digests, and the two who decide.
    """

    as_written: str

    @classmethod
    def of(cls, text: str, sentence: str) -> "Instead":
        found = cls(sentence)
        found.as_written = as_written(text)
        return found


def as_written(text: str) -> str:
    """A text as its author wrote it, be it in view or not."""
    return text.as_written if isinstance(text, Instead) else text


class InView(DeferredAttribute):
    """What everybody who asks for the text gets: the text, or the sentence while it is withheld.

    What was read is never stored in place of the text, whatever way it goes.
    """

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        text = super().__get__(instance, owner)
        sentence = instance.said_instead(self.field.attname) if instance is not None and text else ""
        return Instead.of(text, sentence) if sentence else text

    def __set__(self, instance: Any, text: Any) -> None:
        instance.__dict__[self.field.attname] = as_written(text)


class _MayBeWithheld:
    descriptor_class: Any = InView

    def to_python(self, value: Any) -> Any:
        return value if isinstance(value, Instead) else super().to_python(value)  # type: ignore[misc]

    def pre_save(self, instance: Any, add: bool) -> Any:
        return as_written(super().pre_save(instance, add))  # type: ignore[misc]

    def deconstruct(self) -> Any:
        """To the database it is a column of text like any other."""
        name, _path, args, options = super().deconstruct()  # type: ignore[misc]
        kind = next(kind for kind in type(self).__mro__ if kind.__module__.startswith("django."))
        return name, f"django.db.models.{kind.__name__}", args, options


class LineField(_MayBeWithheld, models.CharField[Any, Any]):
    """A CharField whose model has `said_instead(name)`: the sentence while the text is withheld, or nothing."""


class TitleField(_MayBeWithheld, OneLine):
    """A title like that."""


class ProseField(_MayBeWithheld, models.TextField[Any, Any]):
    """A TextField like that."""


class Withholding(ByTwo):
    """A proposal's text (or one of its photos) is withheld from view, or shown again: `withheld` says which.

    Only grows; the latest about a text or a photo holds. The database keeps its reason beside what it is about
    (`withheld` of Proposal and Photo, empty while it is in view), so that no page has to ask.
    """

    proposal = models.ForeignKey("proposals.Proposal", on_delete=models.PROTECT, related_name="withholdings")
    photo = models.ForeignKey("proposals.Photo", on_delete=models.PROTECT, null=True, related_name="withholdings")
    withheld = models.BooleanField()
    act = models.OneToOneField(JointAct, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("pk",)
        verbose_name = _("withholding from view")
        verbose_name_plural = _("withholdings from view")
        constraints = (
            a_reason("a_withholding_has_a_reason", _("Say why: everybody reads it in place of what is not shown.")),
            another_confirms("two_withhold_from_view"),
        )

    def __str__(self) -> str:
        return f"{self.proposal_id}: {self.reason}"

    @property
    def words(self) -> str:
        if self.photo_id:
            return gettext("Photo withheld from view") if self.withheld else gettext("Photo shown again")
        return gettext("Text withheld from view") if self.withheld else gettext("Text shown again")
