"""Board reports in a browser: made while one waits, taken along, mailed every month."""

from django.utils import timezone
from playwright.sync_api import expect

from insights.models import BoardReport
from insights.selectors.reports import months_to_report
from insights.services.reports import make_report
from tests.factories import ExecutiveFactory


def test_a_report_is_made_while_one_waits_and_taken_along(open_page):
    page = open_page(ExecutiveFactory(email="board@example.com"), "/report/")
    month = f"{months_to_report(timezone.now())[1]:%B %Y} so far"
    page.get_by_label("Report of").select_option(label=month)
    page.get_by_role("button", name="Make it now").click()
    expect(page.get_by_text("It is being made")).to_be_visible()

    make_report(report_id=BoardReport.objects.get().pk, now=timezone.now())

    expect(page.get_by_role("link", name=month, exact=True)).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name=f"Download {month}").click()
    report = BoardReport.objects.get()
    assert download.value.suggested_filename == f"{report.file_name}.pdf"
    assert download.value.path().read_bytes() == bytes(report.pdf)
    page.get_by_role("button", name="Mail it to me every month").click()
    expect(page.get_by_role("button", name="Do not mail it to me any more")).to_be_visible()


def test_without_script_it_can_be_asked_for_and_looked_for(open_page):
    page = open_page(ExecutiveFactory(), "/report/", has_script=False)
    page.get_by_role("button", name="Make it now").click()
    make_report(report_id=BoardReport.objects.get().pk, now=timezone.now())
    page.get_by_role("link", name="Look again").click()
    month = f"{months_to_report(timezone.now())[0]:%B %Y}"
    expect(page.get_by_role("link", name=month, exact=True)).to_be_visible()
