"""What people write, as HTML that does no harm."""

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

TAGS = {"p", "br", "strong", "em", "ul", "ol", "li", "blockquote", "code", "pre", "hr", "a", "h3", "h4", "h5", "h6"}

# No raw HTML and no images: a picture from elsewhere would tell that elsewhere who reads the page.
_parser = MarkdownIt("commonmark", {"html": False, "maxNesting": 12}).disable("image")


def to_html(text: str) -> SafeString:
    """Markdown as HTML: headings begin at h3 under the page's own, links go to http, https and mailto only."""
    tokens = _parser.parse(text)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1]) + 2, 6)}"
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
