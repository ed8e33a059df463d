"""Documents are made at once, in a folder of the test."""

import hashlib
import io

import pytest
from pypdf import PdfReader

from layers.sharing import limits
from webmap.documents.issuing import file_of
from webmap.models import DocumentOrder


@pytest.fixture(autouse=True)
def _at_once(settings, tmp_path):
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
    settings.DOCUMENTS = tmp_path / "documents"
    settings.DOCUMENT_TEMPLATES = tmp_path / "templates"
    limits.forget()


@pytest.fixture
def queued(settings):
    """Jobs are only queued."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}


def ordered(client, kind: str, **form) -> DocumentOrder:
    """The order that a form led to; it fails the test if it was refused."""
    answer = client.post(f"/documents/order/{kind}", form)
    assert answer.status_code == 302, answer.text[:2000]
    return DocumentOrder.objects.select_related("issued").get(pk=answer.url.split("/")[-1])


def pdf_of(client, row: DocumentOrder) -> bytes:
    """The file as the client gets it."""
    assert row.issued, row.message
    answer = client.get(f"/documents/{row.pk}/file")
    assert answer.status_code == 200
    pdf = b"".join(answer.streaming_content)
    assert row.issued.digest == hashlib.sha256(pdf).hexdigest()
    assert file_of(row.issued).read_bytes() == pdf
    return pdf


def text_of(pdf: bytes) -> str:
    """The text without breaks, as lines and cells wrap anywhere."""
    pages = PdfReader(io.BytesIO(pdf)).pages
    return "".join("".join(page.extract_text() for page in pages).split()).replace("\u200b", "")
