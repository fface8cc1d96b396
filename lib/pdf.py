"""Pages on paper: one set-up for every PDF the platform makes (reports, letters, ballots).

Each is accessible (PDF/UA-1) and archival (PDF/A-3a) at once, made from nothing but what the platform
ships.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from PIL import ImageFile

MEDIA_TYPES = {".css": "text/css", ".ttf": "font/ttf", ".png": "image/png", ".svg": "image/svg+xml"}
STYLESHEET = "css/pdf.css"

# PDF/A allows no property it does not know unless the document describes it, so PDF/UA's mark comes with its schema.
ACCESSIBLE_TOO = b"""\
<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/"><pdfuaid:part>1</pdfuaid:part>\
</rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" \
xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">\
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">\
<pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>\
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>\
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>\
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">\
<pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType>\
<pdfaProperty:category>internal</pdfaProperty:category>\
<pdfaProperty:description>The part of ISO 14289 this document follows</pdfaProperty:description>\
</rdf:li></rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>
"""


class NotBundled(ValueError):
    """A document asked for something the platform does not ship."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file carried inside a PDF. `relationship` is PDF/A-3's word for why it is there."""

    name: str
    content: bytes
    description: str
    made_at: datetime
    relationship: Literal["Source", "Data", "Alternative", "Supplement"] = "Data"


def bundled(url: str) -> tuple[bytes, str]:
    """The bytes and media type of a file under settings.BUNDLED_FILES, by its public address.

    Raises NotBundled for every other address. Nothing is ever fetched: no file of the machine, no network, no redirect.
    """
    base = f"{settings.PUBLIC_URL}/static/"
    if not url.startswith(base):
        raise NotBundled(url)
    bundle: Path = settings.BUNDLED_FILES
    path = (bundle / unquote(urlsplit(url.removeprefix(base)).path)).resolve()
    if not path.is_relative_to(bundle) or path.suffix not in MEDIA_TYPES or not path.is_file():
        raise NotBundled(url)
    return path.read_bytes(), MEDIA_TYPES[path.suffix]


def render(
    template: str,
    context: Mapping[str, Any],
    *,
    title: str,
    language: str,
    attachments: Sequence[Attachment] = (),
) -> bytes:
    """A PDF from a template that extends `pdf.html`, in that language, with files attached.

    WeasyPrint is imported here because it takes half a second. Long documents belong in a task: 200 pages take half
    a minute.
    """
    from weasyprint import CSS, HTML  # noqa: PLC0415  (slow)
    from weasyprint import Attachment as Enclosure  # noqa: PLC0415
    from weasyprint.text.fonts import FontConfiguration  # noqa: PLC0415
    from weasyprint.urls import URLFetcher, URLFetcherResponse  # noqa: PLC0415

    ImageFile.LOAD_TRUNCATED_IMAGES = False  # WeasyPrint turns it on, and then half a photo would pass as a photo

    class BundledFiles(URLFetcher):
        def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:
            content, media_type = bundled(url)
            return URLFetcherResponse(url, content, {"Content-Type": media_type})

    with translation.override(language):
        city = {"city_name": settings.CITY_NAME, "city_colour": settings.CITY_COLOUR}
        page = render_to_string(template, {**city, **context, "title": title, "language": language})
    base = f"{settings.PUBLIC_URL}/static/"
    unknown: set[int] = set()

    def finish(document: Any, pdf: Any) -> None:
        _finish(document, pdf)
        unknown.update(codepoint for font in document.fonts.values() for codepoint in font.missing)

    def write(page: str) -> bytes:
        fetcher, fonts = BundledFiles(), FontConfiguration()
        return HTML(string=page, base_url=base, url_fetcher=fetcher).write_pdf(
            stylesheets=[CSS(url=base + STYLESHEET, url_fetcher=fetcher, font_config=fonts)],
            font_config=fonts,
            pdf_variant="pdf/a-3a",
            full_fonts=True,  # subsets lose letters such as ż and ł when text is copied or searched
            attachments=[
                Enclosure(
                    file_obj=BytesIO(file.content),
                    name=file.name,
                    description=file.description,
                    created=file.made_at,
                    modified=file.made_at,
                    relationship=file.relationship,
                    url_fetcher=fetcher,
                )
                for file in attachments
            ],
            finisher=finish,
        )

    content = write(page)
    # An archive refuses a letter no font has (an emoji in a title): a box stands in its place.
    return write(page.translate(dict.fromkeys(unknown, "□"))) if unknown else content


def _finish(document: Any, pdf: Any) -> None:
    """What WeasyPrint leaves undone for PDF/UA-1 and PDF/A-3a to hold together, right before the file is written."""
    by_reference = {found.reference: found for found in pdf.objects if hasattr(found, "reference")}
    metadata = by_reference[pdf.catalog["Metadata"]]
    metadata.stream = [part.replace(b"</rdf:RDF>", ACCESSIBLE_TOO + b"</rdf:RDF>") for part in metadata.stream]
    metadata.compress = False  # PDF/UA asks that anyone can read it

    used = {font.name: font.to_unicode for font in document.fonts.values()}
    for font in pdf.objects:
        if isinstance(font, dict) and font.get("BaseFont") in used and "ToUnicode" in font:
            _tell_letters(by_reference[font["ToUnicode"]], used[font["BaseFont"]])

    for stream in pdf.objects:
        if hasattr(stream, "compress") and stream.data.endswith(b"\r\nendstream"):
            _end_otherwise(stream)


def _end_otherwise(stream: Any) -> None:
    """An archive takes a carriage return that happens to end a stream for a part of the line's end, and finds a byte
    missing: one stream in 256, by the check sum its packed form ends with."""
    if stream.compress:
        stream.compress = False
    else:
        stream.stream = [*stream.stream, b""]  # a newline after a picture's end, which nothing reads


def _tell_letters(table: Any, used: Mapping[int, str]) -> None:
    """Complete and correct a font's table of which letters its glyphs stand for, by what the document writes with them.

    A whole font comes with its plain glyphs only: the aligned figures and the ligatures in use are missing, and where
    two letters share a glyph the wrong one may be named. It also lists the byte order mark, which PDF/UA forbids: a
    word joiner, as invisible, takes its place.
    """
    entries = {f"<{glyph:04x}>".encode(): text.encode("utf-16-be").hex() for glyph, text in used.items() if text}
    for place, line in enumerate(table.stream):
        glyph, _, letter = line.partition(b" ")
        if glyph in entries:
            table.stream[place] = b"%s <%s>" % (glyph, entries.pop(glyph).encode())
        elif letter == b"<feff>":
            table.stream[place] = glyph + b" <2060>"
    missing = [b"%s <%s>" % (glyph, letter.encode()) for glyph, letter in entries.items()]
    end = table.stream.index(b"endcmap")
    for first in range(0, len(missing), 100):  # no block may be longer
        block = missing[first : first + 100]
        table.stream[end:end] = [b"%d beginbfchar" % len(block), *block, b"endbfchar"]
