"""What the tests of the pages look for in a page."""

from collections.abc import Callable

from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page

from accounts.models import User

Opened = Callable[..., Page]


def barriers(page: Page, *rules: str) -> str:
    """What axe finds, in words, by these rules or by all it has; empty if nothing.

    Its preloading adds style elements, which the policy refuses.
    """
    by_rules = {"runOnly": {"type": "rule", "values": list(rules)}} if rules else {}
    found = Axe().run(page, options={"preload": False, **by_rules})
    return found.generate_report() if found.violations_count else ""


def too_small(page: Page) -> list[str]:
    """Controls that stand alone and are lower than 44 px. Links in running text may be (WCAG 2.5.8)."""
    return page.evaluate(
        """() => [...document.querySelectorAll(
              "button, .button, select, .site-nav a, .site-footer a, .pagination a, .filters a, .list.links a,"
              + " input:not([type=hidden], [type=checkbox], [type=radio])")]
            .filter(each => each.checkVisibility() && each.getBoundingClientRect().height < 43.5)
            .map(each => each.outerHTML.slice(0, 120))"""
    )


def torn(page: Page) -> list[str]:
    """Facts in a line that come apart: words beside an element are each an item of the line."""
    return page.evaluate(
        """() => [...document.querySelectorAll(".meta:not(ul, ol, dl)")]
            .filter(each => getComputedStyle(each).display === "flex" && each.children.length)
            .filter(each => [...each.childNodes].some(node => node.data?.trim()))
            .map(each => each.outerHTML.slice(0, 120))"""
    )


def sticking_out(page: Page) -> list[str]:
    """Labels with a word that is wider than they are."""
    return page.evaluate(
        """() => [...document.querySelectorAll("main label")]
            .filter(each => each.checkVisibility() && each.scrollWidth > each.clientWidth + 1)
            .map(each => each.outerHTML.slice(0, 120))"""
    )


def session_of(user: User, url: str) -> dict[str, str]:
    """The cookie of somebody who has signed in."""
    client = Client()
    client.force_login(user)
    return {
        "name": settings.SESSION_COOKIE_NAME,
        "value": client.cookies[settings.SESSION_COOKIE_NAME].value,
        "url": url,
    }
