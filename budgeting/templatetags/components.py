"""The parts pages are made of. Each has a template in templates/components/ and a place on /styleguide/."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import template
from django.core.paginator import Page
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString

from budgeting import registry
from budgeting.models import Contest, Cycle, District, Draw, OneIsEnough
from lib import clock
from lib.geography import drawing

register = template.Library()


@register.simple_tag(takes_context=True)
def cycle_shown(context: dict[str, Any]) -> Cycle | None:
    """The cycle this page is about, or else the one a visitor most likely came for: {% cycle_shown as shown %}"""
    cycle = context.get("cycle")
    return cycle if isinstance(cycle, Cycle) else Cycle.present(clock.now())


@register.simple_tag(takes_context=True)
def nav_link(context: dict[str, Any], text: str, address: str) -> SafeString:
    """{% nav_link "My page" pages.me %}: a link that says so when it leads to this page."""
    here = getattr(context.get("request"), "path", None) == address
    return format_html('<a href="{}"{}>{}</a>', address, SafeString(' aria-current="page"' if here else ""), text)


@register.simple_tag
def navigation(cycle: Cycle | None) -> list[tuple[Promise, str]]:
    """{% navigation cycle as entries %}: the words and addresses that the rooms offer on every page."""
    return registry.offered(registry.Place.NAVIGATION, cycle)


@register.simple_tag(takes_context=True)
def unread(context: dict[str, Any]) -> int:
    """{% unread as number %}: how much whoever is signed in has not read yet of what they are told."""
    return registry.unread_by(context["request"].user)


@register.inclusion_tag("components/crumbs.html")
def crumbs(*steps: object) -> dict[str, object]:
    """{% crumbs cycle contest "Proposals" %}: nouns with an address become links; a text is where we are."""
    return {"home": registry.address_of(registry.Page.HOME), "steps": [_crumb(step) for step in steps]}


def _crumb(step: object) -> tuple[object, str]:
    """A contest goes by its name alone, since its cycle stands before it."""
    name = step.title if isinstance(step, Contest) else step
    return name, getattr(step, "get_absolute_url", str)() if hasattr(step, "pk") else ""


@register.inclusion_tag("components/error_summary.html")
def error_summary(form: object) -> dict[str, object]:
    """{% error_summary form %}: for a form laid out by hand; {{ form }} brings its own."""
    return {"form": form}


@register.inclusion_tag("components/nothing_here.html")
def nothing_here(text: str, action: str = "", address: str = "") -> dict[str, str]:
    """{% nothing_here _("No proposal fits.") _("Show all proposals") all %}: an empty list, and what can be done."""
    return {"text": text, "action": action, "address": address}


@register.inclusion_tag("components/steps.html")
def steps(current: str, **labels: str) -> dict[str, object]:
    """{% steps "review" choose=_("Choose") review=_("Review") cast=_("Cast") %}"""
    return {"current": current, "labels": labels.items()}


@register.inclusion_tag("components/money_bar.html")
def money_bar(amount: int, whole: int, currency: str, label: str = "", parts: Iterable[tuple[str, int]] = ()) -> dict:
    """{% money_bar spent contest.budget cycle.currency _("funded") %}: how much of the whole is filled, in minor units.

    `parts` (name, amount) cut the filled length into pieces, one per project.
    """
    pieces, start = [], 0
    for name, size in list(parts) or [(label, amount)]:
        pieces.append({"name": name, "x": _hundredths(start, whole), "width": _hundredths(size, whole)})
        start += size
    return {"pieces": pieces, "amount": amount, "whole": whole, "currency": currency, "label": label}


def _hundredths(amount: int, whole: int) -> str:
    """A share of the whole in percent, written the same in every language, as SVG reads it."""
    return f"{min(amount, whole) * 100 / max(whole, 1):.3f}"


@register.inclusion_tag("components/timeline.html")
def timeline(cycle: Cycle, at: datetime) -> dict[str, object]:
    """{% timeline cycle at %}: the calendar, the present stage marked."""
    return {"entries": cycle.calendar(at)}


@register.inclusion_tag("components/one_is_enough.html")
def one_is_enough() -> dict[str, object]:
    """{% one_is_enough %}: that one person is enough here, if the city has announced it."""
    return {"said": OneIsEnough.announced()}


@register.inclusion_tag("components/draws.html")
def draws(contest: Contest) -> dict[str, object]:
    """{% draws contest %}: what is decided by lot here, by which draw, and what was drawn."""
    announced = {use: Draw.announced_for(contest, use) for use in Draw.Use}
    found = [draw for draw in announced.values() if draw]
    return {"draws": found, "for_ties": announced[Draw.Use.TIES], "by_lot": contest.ties_go_by_lot}


@register.inclusion_tag("components/district_map.html")
def district_map(contests: Iterable[Contest], here: Contest | None = None) -> dict[str, object]:
    """{% district_map contests %}: the districts drawn, each a link to its first contest; a list says the same.

    Needs no script.
    """
    first: dict[District, Contest] = {}
    for contest in contests:
        first.setdefault(contest.district, contest)
    bounded = {district: district.boundary for district in first if district.boundary}
    drawn = {district: boundary for district, boundary in bounded.items() if not district.city_wide} or bounded
    sheet = drawing(list(drawn.values()))
    places = [(first[district], outline) for district, outline in zip(drawn, sheet.outlines, strict=True) if outline]
    return {"view": sheet.view, "places": places, "here": here}


@register.inclusion_tag("components/pagination.html", takes_context=True)
def pagination(context: dict[str, Any], page: Page) -> dict[str, object]:
    """{% pagination page %}: keeps the rest of the query, so that a filtered list stays filtered."""
    pages = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    return {"page": page, "pages": pages, "gap": page.paginator.ELLIPSIS, "request": context["request"]}
