"""What a card asks: criteria made by a clerk, without code."""

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from budgeting.models import Cycle
from committee.calendar import Kind
from committee.models.step import KINDS
from lib.one_line import OneLine, one_line

MOST = 100  # points of a score, and of its weight
LONGEST_LINE = 120  # characters of a line to choose from


class Questions(models.QuerySet["Question"]):
    def on_the_card(self, cycle: Cycle, step: str) -> "Questions":
        """Those asked now, in order."""
        return self.filter(cycle=cycle, step=step, retired_at=None)

    def with_whether_answered(self) -> "Questions":
        """Also by a draft: nobody's answer is put under another question."""
        return self.annotate(
            is_answered=models.Exists(Question.objects.filter(pk=models.OuterRef("pk"), answers__isnull=False))
        )


class Question(models.Model):
    """A criterion on the card of a step. The database sees to it that one with answers is only retired."""

    class Answers(models.TextChoices):
        """The kinds of answer."""

        YES_NO = "yes_no", _("Yes, no, or does not apply")
        SCORE = "score", _("A score, from 0 up")
        AMOUNT = "amount", _("An amount of money")
        CHOICE = "choice", _("A choice from lines")

    class Said(models.TextChoices):
        YES = "yes", _("Yes")
        NO = "no", _("No")
        NOT_HERE = "na", _("Does not apply")

    cycle = models.ForeignKey(Cycle, on_delete=models.CASCADE, related_name="questions")
    step = models.CharField(_("step"), max_length=10, choices=KINDS)
    place = models.PositiveSmallIntegerField(_("place on the card"), default=1, help_text=_("The lowest comes first."))
    text = OneLine(_("question"), max_length=200)
    help_text = models.TextField(_("help text"), blank=True, max_length=1000)
    kind = models.CharField(_("kind of answer"), max_length=6, choices=Answers)
    comment_on = ArrayField(
        models.CharField(max_length=3, choices=Said),
        verbose_name=_("a comment is needed with"),
        default=list,
        blank=True,
        help_text=_("Only for yes and no. Elsewhere a comment is never needed."),
    )
    most = models.PositiveSmallIntegerField(
        _("highest score"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(MOST)],
        help_text=_("Only for a score, such as 5."),
    )
    weight = models.PositiveSmallIntegerField(
        _("weight"),
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(MOST)],
        help_text=_("Only for a score: how many times it counts."),
    )
    lines = models.TextField(
        _("lines to choose from"), blank=True, max_length=2000, help_text=_("Only for a choice, one in each line.")
    )
    is_public = models.BooleanField(
        _("its answers are public"),
        default=False,
        help_text=_("Once the decision is: answers and comments, without the names of members."),
    )
    retired_at = models.DateTimeField(null=True, blank=True)

    objects = Questions.as_manager()

    class Meta:
        ordering = ("place", "pk")
        verbose_name = _("question of a card")
        verbose_name_plural = _("questions of cards")
        constraints = (
            models.CheckConstraint(
                name="a_question_belongs_to_a_step",
                condition=models.Q(step__in=[kind.value for kind in Kind]),
                violation_error_message=_("Choose one of the steps."),
            ),
            models.CheckConstraint(
                name="a_score_has_a_highest",
                condition=models.Q(kind="score", most__isnull=False, most__range=(1, MOST))
                | (~models.Q(kind="score") & models.Q(most__isnull=True)),
                violation_error_message=_("A score has a highest, from 1 to 100, and nothing else has."),
            ),
            models.CheckConstraint(
                name="a_question_has_a_weight",
                condition=models.Q(weight__range=(1, MOST)),
                violation_error_message=_("A weight is from 1 to 100."),
            ),
            models.CheckConstraint(
                name="a_choice_has_lines",
                condition=models.Q(kind="choice", lines__regex=r"\S") | (~models.Q(kind="choice") & models.Q(lines="")),
                violation_error_message=_("A choice has lines to choose from, and nothing else has."),
            ),
        )

    def __str__(self) -> str:
        return self.text

    def clean(self) -> None:
        """What belongs to another kind of answer is left out; lines are read one by one."""
        if self.kind != self.Answers.SCORE:
            self.most, self.weight = None, 1
        elif self.most is None:
            raise ValidationError({"most": _("Say which is the highest score.")})
        if self.kind != self.Answers.YES_NO:
            self.comment_on = []
        self.lines = "\n".join(self.choices) if self.kind == self.Answers.CHOICE else ""
        if self.kind == self.Answers.CHOICE:
            self._check_lines()

    def _check_lines(self) -> None:
        lines = self.choices
        if len(lines) < 2 or len(set(lines)) < len(lines):
            raise ValidationError({"lines": _("Write two lines at least, each of them once.")})
        if any(len(line) > LONGEST_LINE for line in lines):
            raise ValidationError({"lines": _("A line has %d characters at most.") % LONGEST_LINE})

    @property
    def choices(self) -> list[str]:
        return [line for line in map(one_line, self.lines.splitlines()) if line]

    @property
    def has_answers(self) -> bool:
        """Also in a draft."""
        return Question.objects.filter(pk=self.pk, answers__isnull=False).exists()
