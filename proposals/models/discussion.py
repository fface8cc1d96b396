"""What people say about a proposal."""

from datetime import datetime

from django.conf import settings
from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.acts import Done
from budgeting.people import Person
from budgeting.stages import Act
from lib.refusal import allow, require
from notices.kinds import Kind
from notices.models import Follow, Happening
from proposals import quotas
from proposals.models.text import ProposalText
from proposals.models.versions import LONGEST_REASON, SAYS_SOMETHING

LONGEST_COMMENT = 4_000  # characters


class Comment(models.Model):
    """A contribution to the discussion, or a reply to one (`parent`): two deep and no deeper."""

    proposal = models.ForeignKey("proposals.Proposal", on_delete=models.CASCADE, related_name="comments")
    parent = models.ForeignKey("self", on_delete=models.CASCADE, null=True, blank=True, related_name="replies")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="comments"
    )
    text = models.TextField(gettext_lazy("comment"), max_length=LONGEST_COMMENT)
    at = models.DateTimeField()
    official = models.BooleanField(
        gettext_lazy("official answer"), default=False
    )  # the author's role when it was written

    class Meta:
        ordering = ("at", "pk")
        verbose_name = gettext_lazy("comment")
        verbose_name_plural = gettext_lazy("comments")
        constraints = (
            models.CheckConstraint(
                name="a_comment_says_something",
                condition=models.Q(text__regex=SAYS_SOMETHING),
                violation_error_message=gettext_lazy("Write your comment first."),
            ),
        )

    def __str__(self) -> str:
        return self.text[:60]

    def report(self, *, by: Person, at: datetime, reason: str) -> None:
        """Tell the clerks of a comment. Reporting again only changes the reason."""
        require(by.is_authenticated, _("Sign in to report a comment."))
        require(reason.strip(), _("Say in a few words what is wrong with this comment."))
        with transaction.atomic():
            quotas.spend(quotas.REPORTS, by=by, at=at)
            self.reports.update_or_create(by_id=by.pk, defaults={"at": at, "reason": reason.strip()})

    def hide(self, *, by: Person, at: datetime, reason: str) -> None:
        """Take the text out of sight; that it was hidden, when and why stays visible. Settles its reports."""
        require(by.is_clerk, _("Only a clerk can hide a comment."))
        require(reason.strip(), _("Give the reason: it stays visible in the comment's place."))
        with transaction.atomic():
            __, is_new = Hiding.objects.get_or_create(
                comment=self, defaults={"by_id": by.pk, "at": at, "reason": reason.strip()}
            )
            require(is_new, _("This comment is hidden already."))
            self.reports.filter(settled_at=None).update(settled_at=at, settled_by=by.pk)
            by.record(Done.COMMENT_HIDDEN, on=self, reason=reason.strip())
            Happening.note(Kind.COMMENT_HIDDEN, self, at=at, by=by)

    def keep(self, *, by: Person, at: datetime) -> None:
        """Settle the open reports of a comment that stays."""
        require(by.is_clerk, _("Only a clerk can settle a report."))
        with transaction.atomic():
            settled = self.reports.filter(settled_at=None).update(settled_at=at, settled_by=by.pk)
            require(settled, _("These reports have been settled already."))
            by.record(Done.COMMENT_KEPT, on=self, reports=settled)


class Hiding(models.Model):
    """A comment out of sight, and why."""

    comment = models.OneToOneField(Comment, on_delete=models.CASCADE, related_name="hiding")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    reason = models.TextField(gettext_lazy("reason"), max_length=LONGEST_REASON)

    class Meta:
        verbose_name = gettext_lazy("hiding")
        verbose_name_plural = gettext_lazy("hidings")
        constraints = (
            models.CheckConstraint(
                name="a_hiding_has_a_reason",
                condition=models.Q(reason__regex=SAYS_SOMETHING),
                violation_error_message=gettext_lazy("Give the reason: it stays visible in the comment's place."),
            ),
        )

    def __str__(self) -> str:
        return str(self.comment)


class CommentReport(models.Model):
    """Somebody finds that a comment breaks the rules; a clerk settles it by hiding the comment or keeping it."""

    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="reports")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()
    reason = models.TextField(gettext_lazy("what is wrong"), max_length=LONGEST_REASON)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ("at", "pk")
        verbose_name = gettext_lazy("report of a comment")
        verbose_name_plural = gettext_lazy("reports of comments")
        constraints = (
            models.UniqueConstraint(
                name="a_person_reports_a_comment_once",
                fields=["comment", "by"],
                violation_error_message=gettext_lazy("You have reported this comment already."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.comment}: {self.reason[:60]}"


class Discussed(ProposalText):
    """What people say."""

    class Meta:
        abstract = True

    def comment(self, *, by: Person, at: datetime, text: str, parent: Comment | None = None) -> Comment:
        """Add to the discussion. A reply to a reply joins the same thread; staff and committee answer officially."""
        require(by.is_authenticated, _("Sign in to comment."))
        allow(self.why_not_comment(at))
        require(text.strip(), _("Write your comment first."))
        too_long = _("This comment is longer than 4,000 characters. Shorten it or write two.")
        require(len(text) <= LONGEST_COMMENT, too_long)
        if parent is not None:
            require(parent.proposal_id == self.pk, _("This comment belongs to another proposal."))
            parent = parent.parent or parent
        official = by.is_clerk or by.is_committee_for(self.contest.district)
        said = {"text": text.strip(), "parent": parent, "official": official}
        with transaction.atomic():
            if not official:
                quotas.spend(quotas.COMMENTS, by=by, at=at)
            comment = Comment.objects.create(proposal_id=self.pk, author_id=by.pk, at=at, **said)
            Follow.by_itself(self, user=by.pk, at=at)
            Happening.note(Kind.ANSWERED if official else Kind.COMMENTED, comment, at=at, by=by)
            if parent:
                Happening.note(Kind.REPLIED, comment, at=at, by=by)
            return comment

    def why_not_comment(self, at: datetime) -> str:
        if not self.is_draft and self.cycle.allows(Act.COMMENT, at):
            return ""
        return _("The discussion is closed now.")
