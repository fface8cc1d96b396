"""A member's card of a step for a proposal, and what stands on it."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from committee.calendar import Kind
from committee.models.question import Question
from committee.models.recusal import Recusal
from committee.models.sealed import SALT, Sealed
from committee.models.step import KINDS

LONGEST_WINDOW = 32  # characters of what tells one open page from another


class Cards(models.QuerySet["Card"]):
    def handed_in(self) -> "Cards":
        """Those that count: not a draft, and not of somebody who is recused by now."""
        recused = Recusal.objects.filter(proposal=models.OuterRef("proposal"), member=models.OuterRef("member"))
        return self.exclude(handed_in_at=None).exclude(models.Exists(recused))


class Card(Sealed):
    """What one member answers. A draft until it is handed in, and seen by nobody else until then.

    `version` counts how often it was saved: whoever saves what they opened before another save is told so, unless that
    one came from the same `window`. `salt` is new whenever it is handed in; the log has the digest of it.
    """

    proposal = models.ForeignKey("proposals.Proposal", on_delete=models.PROTECT, related_name="cards")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    step = models.CharField(max_length=10, choices=KINDS)
    version = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField()
    window = models.CharField(max_length=LONGEST_WINDOW, blank=True, default="")
    handed_in_at = models.DateTimeField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = Cards.as_manager()

    class Meta:
        ordering = ("handed_in_at", "pk")
        verbose_name = _("card of a member")
        verbose_name_plural = _("cards of members")
        constraints = (
            models.UniqueConstraint(
                name="a_member_has_one_card_of_a_step",
                fields=["proposal", "step", "member"],
                violation_error_message=_("This member has such a card already."),
            ),
            models.CheckConstraint(
                name="a_card_belongs_to_a_step",
                condition=models.Q(step__in=[kind.value for kind in Kind]),
                violation_error_message=_("Choose one of the steps."),
            ),
            models.CheckConstraint(
                name="a_card_is_confirmed_by_another_once_handed_in",
                condition=models.Q(confirmed_at__isnull=True, confirmed_by__isnull=True)
                | models.Q(
                    ~models.Q(confirmed_by=models.F("member")),
                    confirmed_at__isnull=False,
                    confirmed_by__isnull=False,
                    handed_in_at__isnull=False,
                ),
                violation_error_message=_("Another member confirms a card, once it is handed in."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.proposal_id}: {self.step}, {self.member_id}"

    def content(self) -> dict[str, Any]:
        """Of each answer the digest alone, so that one can be shown without the others."""
        answers = self.answers.select_related("question").order_by("question_id")
        return {
            "proposal": self.proposal_id,
            "member": self.member_id,
            "step": self.step,
            "answers": [answer.digest if answer.salt else answer.in_clear for answer in answers],
        }


class Answer(Sealed):
    """An answer on a card: as typed while it is a draft; once handed in, `number` has the score or the minor units.

    `salt` is new whenever its card is handed in. Cards of the time before answers had one have them in clear.
    """

    salt = models.BinaryField(max_length=SALT, default=b"")
    card = models.ForeignKey(Card, on_delete=models.PROTECT, related_name="answers")
    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="answers")
    value = models.TextField(blank=True)
    number = models.BigIntegerField(null=True, blank=True)
    comment = models.TextField(blank=True)

    class Meta:
        verbose_name = _("answer on a card")
        verbose_name_plural = _("answers on cards")
        constraints = (
            models.UniqueConstraint(
                name="a_card_answers_a_question_once",
                fields=["card", "question"],
                violation_error_message=_("This question is answered on the card already."),
            ),
            models.CheckConstraint(
                name="an_answer_says_something",
                condition=~models.Q(value="") | ~models.Q(comment=""),
                violation_error_message=_("An answer says something."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.card_id}: {self.question_id}"

    def content(self) -> dict[str, Any]:
        return {
            "question": self.question.text,
            "answer": self.value,
            "number": self.number,
            "comment": self.comment,
        }

    @property
    def in_clear(self) -> list[Any]:
        return [self.question_id, self.value, self.number, self.comment]
