"""What may stand in the audit log: every act of weight, by one name, and as a reader sees it."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Done(models.TextChoices):
    """What was done. The value is what the log keeps for ever, the label what its page shows."""

    # The set-up; `object` says of what.
    MADE = "made", _("made in the set-up")
    CHANGED = "changed", _("changed in the set-up")
    DELETED = "deleted", _("deleted in the set-up")
    DOWNLOADED = "downloaded", _("file taken away")
    WORDS_CHANGED = "words changed", _("words of a mail changed")
    # People
    SIGNED_IN = "signed in", _("signed in, holding a role or the set-up")
    ROLE_GRANTED = "role granted", _("role granted")
    ROLE_REVOKED = "role revoked", _("role revoked")
    INVITED = "invited", _("invited to a role")
    INVITATION_WITHDRAWN = "invitation withdrawn", _("invitation to a role withdrawn")
    SET_BEFORE_VOIDED = "set before voided", _("what was set before the address was proved made void")
    ADDRESS_CHANGED = "address changed", _("e-mail address of an account changed")
    PASSWORD_CHANGED = "password changed", _("password changed")
    ACCOUNT_CLOSED = "account closed", _("account closed by its owner")
    FACTOR_ADDED = "factor added", _("second factor added")
    FACTOR_REMOVED = "factor removed", _("second factor removed by its holder")
    SIGN_IN_CONNECTED = "sign-in connected", _("sign-in of the city connected with an account")
    SIGN_IN_DISCONNECTED = "sign-in disconnected", _("sign-in of the city disconnected from an account")
    SECOND_FACTOR_TAKEN = "second factor taken", _("second factor taken away")
    SECOND_FACTOR_LOST = "second factor lost", _("second factor taken away: its key is lost")
    # What takes two people
    ACT_PROPOSED = "act proposed", _("put before a second person")
    ACT_TURNED_DOWN = "act turned down", _("taken back before a second person confirmed it")
    ONE_IS_ENOUGH = "one is enough", _("announced that one person is enough")
    ONE_IS_NOT_ENOUGH = "one is not enough", _("announcement revoked that one person is enough")
    # The secrets of the site
    SECRET_GIVEN_UP = "secret given up", _("secret of the site given up as lost")
    # The register of residents
    REGISTER_UPLOADED = "register uploaded", _("register uploaded, to look at")
    REGISTER_DROPPED = "register dropped", _("uploaded register dropped")
    REGISTER_IMPORTED = "register imported", _("register imported")
    LETTERS_MADE = "letters made", _("letters made")
    LETTERS_POSTED = "letters posted", _("letters posted")
    LETTER_ENDED = "letter ended", _("letter ended by whoever had it")
    LETTER_VOIDED = "letter voided", _("letter made worthless")
    RESIDENT_VERIFIED = "resident verified", _("resident verified")
    LINES_JOINED = "lines joined", _("two lines of the register joined as one person's")
    CLAIM_FILED = "claim filed", _("second account claims a resident")
    REGISTER_FORGOTTEN = "register forgotten", _("who was on the register forgotten")
    CLAIM_SETTLED = "claim settled", _("claim decided")
    # Proposals
    PROPOSAL_WITHDRAWN = "proposal withdrawn", _("proposal withdrawn")
    MOTION_MADE = "motion made", _("decision put to the vote in a committee")
    MOTION_VOTED = "motion voted", _("member of a committee voted")
    MOTION_SETTLED = "motion settled", _("vote of a committee over")
    MOTION_PUBLISHED = "motion published", _("what a committee voted on made public")
    MEMBER_RECUSED = "member recused", _("member of a committee takes no part in a proposal")
    PROPOSAL_DECIDED = "proposal decided", _("proposal decided on")
    WITHHELD = "withheld from view", _("text or photo withheld from view")
    SHOWN_AGAIN = "shown again", _("text or photo shown again")
    HIDDEN = "hidden", _("comment, photo, version or proposal hidden")
    HIDING_CONFIRMED = "hiding confirmed", _("hiding of a proposal confirmed")
    HIDING_LAPSED = "hiding lapsed", _("hiding of a proposal lapsed: nobody confirmed it")
    LEFT_HIDDEN = "left hidden", _("left hidden after its author’s answer")
    UNHIDDEN = "unhidden", _("what was hidden shown again")
    KEPT = "kept", _("what was reported kept")
    COMMENT_HIDDEN = "comment hidden", _("comment hidden")  # these two by an earlier version
    COMMENT_KEPT = "comment kept", _("reported comment kept")
    DELIVERY_REPORTED = "delivery reported", _("building reported on")
    # The vote
    DRAW_ANNOUNCED = "draw announced", _("public draw announced")
    SEED_ENTERED = "seed entered", _("what was drawn entered")
    PAPER_FROZEN = "paper frozen", _("ballot paper frozen")
    CORRECTION_DECIDED = "correction decided", _("correction of a frozen ballot paper decided on")
    PAPER_SUPERSEDED = "paper superseded", _("ballot paper superseded")
    KEY_MADE = "key made", _("ballot-box key made")
    KEY_GIVEN_UP = "key given up", _("rehearsed ballot-box key given up")
    SHARES_REFUSED = "shares refused", _("opening or rehearsal that failed")
    OPENING_REHEARSED = "opening rehearsed", _("opening rehearsed")
    VOTED = "voted", _("resident voted")
    VOTING_ENDED = "voting ended", _("voting ended early")
    VOTING_EXTENDED = "voting extended", _("voting extended")
    VOTING_PAUSED = "voting paused", _("voting paused")
    VOTING_RESUMED = "voting resumed", _("voting resumed")
    CLOSED_WITHOUT_VOTE = "closed without vote", _("contest closed without a vote")
    CLOSED_WITHOUT_RESULT = "closed without result", _("contest closed without a result")
    BOARD_CLOSED = "board closed", _("last batch of a board put up")
    BOX_OPENED = "box opened", _("ballot box opened")
    COUNTED = "counted", _("ballots counted")
    SHARES_DESTROYED = "shares destroyed", _("shares of the key destroyed")
    # The demo city
    DEMO_LOADED = "demo loaded", _("demo city loaded")
