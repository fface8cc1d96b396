"""What becomes of what an author and a committee wrote to each other when an account is closed."""

from django.utils.translation import gettext_lazy as _

from budgeting.registry import Leaving

LEAVING = Leaving(
    stays=[_("What committees and you wrote to each other about your proposals, without your name.")],
)
