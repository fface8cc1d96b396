"""{{ contest.budget|money:cycle.currency }}"""

from django import template

from lib import money as purse

register = template.Library()


@register.filter
def money(amount: int | None, currency: str) -> str:
    return "" if amount is None else purse.written(amount, currency)
