"""What a person finds in a PDF."""

import shutil
import subprocess

import pytest


def text_of(pdf: bytes, *options: str) -> str:
    """Its text as a search or a copy finds it, by Poppler; `-layout` keeps what stands in a line in a line."""
    if not shutil.which("pdftotext"):
        pytest.skip("pdftotext is not installed: apt-get install poppler-utils")
    return subprocess.run(["pdftotext", *options, "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()
