"""The parts pages are made of: forms that keep what was typed, ways back, pages of a list, lengths of money."""

import re

import pytest
from django import forms
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.template import RequestContext, Template
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.utils import translation
from django.views.defaults import permission_denied, server_error

from accounts.visitors import Visitor
from budgeting.models import Contest


def rendered(source: str, **context: object) -> str:
    request = RequestFactory().get("/", {"category": "green", "page": "2"})
    return re.sub(r"\s+", " ", Template("{% load components %}" + source).render(RequestContext(request, context)))


class Proposal(forms.Form):
    title = forms.CharField(help_text="In a few words.")
    upkeep = forms.CharField(required=False)
    way = forms.ChoiceField(choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)
    place = forms.CharField(widget=forms.HiddenInput)

    def clean(self) -> None:
        raise forms.ValidationError("These do not go together.")


def test_a_form_says_at_the_top_and_at_the_field_what_is_wrong() -> None:
    page = re.sub(r"\s+", " ", str(Proposal({"upkeep": "<b>mine</b>"})))
    assert '<a href="#id_title">Title: This field is required.</a>' in page
    assert '<a href="#id_way_0">Way: This field is required.</a>' in page, "the first of the choices"
    assert "<li>These do not go together.</li>" in page
    assert '<div id="id_title_error"><p class="error">This field is required.</p></div>' in page
    assert 'aria-describedby="id_title_helptext id_title_error"' in page
    assert 'value="&lt;b&gt;mine&lt;/b&gt;"' in page, "what was typed is kept, and kept harmless"


def test_a_form_not_yet_sent_complains_of_nothing_and_says_what_may_stay_empty() -> None:
    page = str(Proposal())
    assert "error" not in page
    assert page.count("(optional)") == 1


def test_a_fault_in_a_hidden_field_is_said_too() -> None:
    assert "<li>Place: This field is required.</li>" in str(Proposal({}))


def test_the_way_back_leads_through_the_nouns(riverside_contest: Contest) -> None:
    page = rendered("{% crumbs cycle contest 'Results' %}", cycle=riverside_contest.cycle, contest=riverside_contest)
    assert re.findall(r'href="([^"]*)"', page) == ["/", "/2027/", "/2027/riverside/"]
    assert '<span aria-current="page">Results</span>' in page


def test_turning_the_page_keeps_the_filter() -> None:
    page = rendered("{% pagination page %}", page=Paginator(range(30), 10).page(2))
    assert 'href="?category=green&amp;page=3"' in page
    assert '<span aria-current="page">2</span>' in page
    assert rendered("{% pagination page %}", page=Paginator([1], 10).page(1)).strip() == ""


@pytest.mark.parametrize(
    ("amount", "whole", "width"),
    [(0, 100, "0.000"), (1, 3, "33.333"), (100, 100, "100.000"), (120, 100, "100.000"), (0, 0, "0.000")],
)
def test_money_is_as_long_as_its_share(amount: int, whole: int, width: str) -> None:
    with translation.override("fr"):  # whose comma SVG could not read
        bar = rendered(f"{{% money_bar {amount} {whole} 'EUR' %}}")
    assert f' x="0.000" width="{width}"' in bar


def test_each_project_is_a_piece_of_the_bar() -> None:
    bar = rendered("{% money_bar 75 100 'EUR' parts=parts %}", parts=[("Playground", 50), ("Benches", 25)])
    assert re.findall(r'x="([\d.]+)" width="([\d.]+)"', bar) == [("0.000", "50.000"), ("50.000", "25.000")]


def test_an_empty_list_says_so_and_what_can_be_done() -> None:
    asked = {"said": "No <b> fits.", "all": "/2027/?a=1&b=2"}
    page = rendered("{% nothing_here said _('Show all') all %}", **asked)
    assert "<p>No &lt;b&gt; fits.</p>" in page
    assert '<a class="button secondary" href="/2027/?a=1&amp;b=2">Show all</a>' in page
    alone = rendered("{% nothing_here 'Nothing yet.' %}", action="Delete all", address="/all/")
    assert "<a " not in alone, "what the page calls by the same names stays the page's"


def test_steps_mark_where_we_are() -> None:
    assert '<li aria-current="step">Review</li>' in rendered("{% steps 'review' choose='Choose' review='Review' %}")


def test_a_page_that_fails_says_sorry_without_the_database() -> None:
    answer = server_error(RequestFactory().get("/"))
    assert answer.status_code == 500
    assert "It is our fault, not yours." in answer.content.decode()


def test_what_someone_may_not_do_is_said_with_the_reason(db: None) -> None:
    request = RequestFactory().get("/")
    request.user, request.csp_nonce = Visitor(), "nonce"
    page = permission_denied(request, PermissionDenied("Only Riverside's committee decides here.")).content.decode()
    assert "Only Riverside&#x27;s committee decides here." in page


def test_a_form_sent_from_elsewhere_is_refused_kindly(db: None) -> None:
    answer = Client(enforce_csrf_checks=True).post("/language/", {"language": "fr"})
    assert answer.status_code == 403
    assert "Please send it again" in answer.content.decode()


def test_the_booth_has_no_way_out_but_its_own(db: None) -> None:
    request = RequestFactory().get("/")
    request.user, request.csp_nonce = Visitor(), "nonce"
    page = render_to_string("components/focus.html", request=request)
    assert "<a " not in page.replace('<a class="skip', "")
    assert "<footer" not in page
