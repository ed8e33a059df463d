"""A record is ordered from the map; a second device scans what was printed, and verifies it."""

import io

import pypdfium2
import pytest
import zxingcpp

from layers.sharing import limits
from webmap.models import IssuedDocument

pytestmark = pytest.mark.long
DOTS = 200 / 72  # of a scan at 200 dpi


@pytest.fixture
def printing(visit, settings, tmp_path):
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
    settings.DOCUMENTS = tmp_path / "documents"
    settings.DOCUMENT_TEMPLATES = tmp_path / "templates"
    settings.SITE_URL = visit.base
    limits.forget()
    return visit


def codes_on(pdf: bytes) -> list[str]:
    """What the codes on the pages of a PDF say, as printed and scanned."""
    pages = pypdfium2.PdfDocument(io.BytesIO(pdf))
    pictures = [page.render(scale=DOTS).to_pil() for page in pages]
    return [code.text for picture in pictures for code in zxingcpp.read_barcodes(picture)]


def test_a_record_is_printed_scanned_and_verified(town, printing):
    page = printing.page
    page.goto(f"{printing.base}/documents/new/record?layer=buildings&code=B1")
    page.click("main button")
    page.wait_for_selector("a[download]")
    with page.expect_download() as begun:
        page.click("a[download]")
    pdf = begun.value.path().read_bytes()
    number = page.inner_text(".number").split(" ")[0]
    (address,) = codes_on(pdf)
    page.context.clear_cookies()  # a second device
    page.goto(address)
    told = page.inner_text("main")
    assert number in told
    assert IssuedDocument.objects.get().digest in told
    assert "示范楼" not in told


def test_sheets_are_ordered_by_the_form(town, printing):
    page = printing.page
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{printing.base}/documents/sheets?layers=parcels,buildings")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.select_option("#mode", "extent")
    page.fill("#points", "111.66,27.69;111.68,27.70")
    page.select_option("#scale", "500")
    page.click("main form.order button")
    assert "1∶10,000" in page.inner_text("[role=alert]")
    assert page.input_value("#points") == "111.66,27.69;111.68,27.70"
    page.select_option("#scale", "10000")
    page.click("main form.order button")
    page.wait_for_selector("a[download]")
    with page.expect_download() as begun:
        page.click("a[download]")
    assert len(codes_on(begun.value.path().read_bytes())) == 1
