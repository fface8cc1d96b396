"""What a person reads on a page and in a PDF."""

import re
import shutil
import subprocess

import pytest


def text_of(pdf: bytes, *options: str) -> str:
    """Its text as a search or a copy finds it, by Poppler; `-layout` keeps what stands in a line in a line."""
    if not shutil.which("pdftotext"):
        pytest.skip("pdftotext is not installed: apt-get install poppler-utils")
    return subprocess.run(["pdftotext", *options, "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()


def words_of(pdf: bytes) -> str:
    """Its text with what stands in a line in a line, and single spaces."""
    return " ".join(text_of(pdf, "-layout").split())


def words_on(answer) -> str:
    """The words of a page, without its marks."""
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def source_of(answer) -> str:
    """The page as it is written, with single spaces."""
    return re.sub(r"\s+", " ", answer.content.decode())
