"""What people say about a proposal."""

from datetime import datetime

from django.conf import settings
from django.db import models, transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from proposals.models.writing import SAYS_SOMETHING
from proposals.rules import Person, require


class Endorsement(models.Model):
    """One person's support before the review: once, and it can be taken back."""

    proposal = models.ForeignKey("proposals.Proposal", on_delete=models.CASCADE, related_name="endorsements")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="endorsements")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("endorsement")
        verbose_name_plural = _("endorsements")
        constraints = (models.UniqueConstraint(fields=["proposal", "by"], name="a_person_endorses_once"),)

    def __str__(self) -> str:
        return f"{self.by}: {self.proposal}"


class Comment(models.Model):
    """A contribution to the discussion, or a reply to one (`parent`): two deep and no deeper."""

    proposal = models.ForeignKey("proposals.Proposal", on_delete=models.CASCADE, related_name="comments")
    parent = models.ForeignKey("self", on_delete=models.CASCADE, null=True, blank=True, related_name="replies")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="comments"
    )
    text = models.TextField(_("comment"), max_length=4000)
    at = models.DateTimeField()
    official = models.BooleanField(_("official answer"), default=False)  # the author's role when it was written

    class Meta:
        ordering = ("at", "pk")
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        constraints = (
            models.CheckConstraint(condition=models.Q(text__regex=SAYS_SOMETHING), name="a_comment_says_something"),
        )

    def __str__(self) -> str:
        return self.text[:60]

    def report(self, by: Person, at: datetime, reason: str) -> None:
        """Tell the clerks of a comment. Reporting again only changes the reason."""
        require(by.is_authenticated, gettext("Sign in to report a comment."))
        require(reason.strip(), gettext("Say in a few words what is wrong with this comment."))
        self.reports.update_or_create(by=by, defaults={"at": at, "reason": reason.strip()})

    def hide(self, by: Person, at: datetime, reason: str) -> None:
        """Take the text out of sight; that it was hidden, when and why stays visible. Settles its reports."""
        require(by.is_clerk, gettext("Only a clerk can hide a comment."))
        require(reason.strip(), gettext("Give the reason: it stays visible in the comment's place."))
        with transaction.atomic():
            __, is_new = Hiding.objects.get_or_create(
                comment=self, defaults={"by": by, "at": at, "reason": reason.strip()}
            )
            require(is_new, gettext("This comment is hidden already."))
            self.reports.filter(settled_at=None).update(settled_at=at, settled_by=by)
            by.record("comment hidden", on=self, reason=reason.strip())

    def keep(self, by: Person, at: datetime) -> None:
        """Settle the open reports of a comment that stays."""
        require(by.is_clerk, gettext("Only a clerk can settle a report."))
        with transaction.atomic():
            settled = self.reports.filter(settled_at=None).update(settled_at=at, settled_by=by)
            require(settled, gettext("These reports have been settled already."))
            by.record("comment kept", on=self, reports=settled)


class Hiding(models.Model):
    """A comment out of sight, and why."""

    comment = models.OneToOneField(Comment, on_delete=models.CASCADE, related_name="hiding")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    reason = models.TextField(_("reason"), max_length=1000)

    class Meta:
        verbose_name = _("hiding")
        verbose_name_plural = _("hidings")
        constraints = (
            models.CheckConstraint(condition=models.Q(reason__regex=SAYS_SOMETHING), name="a_hiding_has_a_reason"),
        )

    def __str__(self) -> str:
        return str(self.comment)


class CommentReport(models.Model):
    """Somebody finds that a comment breaks the rules; a clerk settles it by hiding the comment or keeping it."""

    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="reports")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()
    reason = models.TextField(_("what is wrong"), max_length=1000)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ("at", "pk")
        verbose_name = _("report of a comment")
        verbose_name_plural = _("reports of comments")
        constraints = (models.UniqueConstraint(fields=["comment", "by"], name="a_person_reports_a_comment_once"),)

    def __str__(self) -> str:
        return f"{self.comment}: {self.reason[:60]}"
