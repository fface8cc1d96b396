"""What people write, as HTML that does no harm."""

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

TAGS = {"p", "br", "strong", "em", "ul", "ol", "li", "blockquote", "code", "pre", "hr", "a", "h3", "h4", "h5", "h6"}

# No raw HTML and no images: a picture from elsewhere would tell that elsewhere who reads the page.
_parser = MarkdownIt("commonmark", {"html": False, "maxNesting": 12}).disable("image")


def to_html(text: str) -> SafeString:
    """Markdown as HTML: headings begin at h3, under the page's own; links go to http, https and mailto only."""
    tokens = _parser.parse(text)
    _set_headings_under(2, tokens)
    html = _parser.renderer.render(tokens, _parser.options, {})
    return mark_safe(  # noqa: S308 (cleaned here, by an allow-list)
        nh3.clean(
            html,
            tags=TAGS,
            attributes={"a": {"href"}},
            url_schemes={"http", "https", "mailto"},
            url_relative="deny",
            link_rel="nofollow noopener ugc",
        )
    )


def _set_headings_under(rank: int, tokens: list[Token]) -> None:
    """Keep the order of ranks in the text, but let none be left out: a screen reader reads the page by them."""
    used = sorted({token.tag for token in tokens if token.type == "heading_open"})
    last = rank
    for token in tokens:
        if token.type == "heading_open":
            last = min(rank + 1 + used.index(token.tag), last + 1, 6)
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{last}"
