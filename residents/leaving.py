"""What becomes of the tie between an account and a line of the register when the account is closed."""

from django.utils.translation import gettext_lazy as _

from budgeting.registry import Leaving

LEAVING = Leaving(
    stays=[
        _(
            "That this account is of somebody who lives here, and of which line of the register, until 30 days after "
            "objections to the vote: nobody votes twice. To vote after this, come to the city's desk with a document."
        )
    ]
)
