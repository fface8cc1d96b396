"""What people say about a proposal."""

from datetime import datetime

from django.conf import settings
from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from budgeting.people import Person
from budgeting.stages import Act
from lib.refusal import allow, require
from notices.kinds import Kind
from notices.models import Follow, Happening
from proposals import quotas
from proposals.models.may_be_hidden import MayBeHidden
from proposals.models.reasons import SAYS_SOMETHING
from proposals.models.text import ProposalText
from proposals.models.withholding import ProseField

LONGEST_COMMENT = 4_000  # characters


class Comment(MayBeHidden):
    """A contribution to the discussion, or a reply to one (`parent`): two deep and no deeper."""

    proposal = models.ForeignKey("proposals.Proposal", on_delete=models.CASCADE, related_name="comments")
    parent = models.ForeignKey("self", on_delete=models.CASCADE, null=True, blank=True, related_name="replies")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="comments"
    )
    text = ProseField(gettext_lazy("comment"), max_length=LONGEST_COMMENT)
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

    @property
    def whose(self) -> int | None:
        return self.author_id

    @property
    def place(self) -> str:
        return f"{super().place}#comment-{self.pk}"

    def said_instead(self, field: str) -> str:
        """What stands in its place while it is hidden."""
        return _("This comment is hidden: %s") % self.hiding.reason if self.hiding else ""


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
