"""What all tests share."""

from typing import Any

import pytest

from tests.browser import chromium


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out the tests in a browser where there is none."""
    for item in items:
        if item.get_closest_marker("browser") and not chromium():
            item.add_marker(pytest.mark.skip(reason="Chromium is not installed"))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say plainly when tests in a browser were left out."""
    skipped = terminalreporter.stats.get("skipped", [])
    left_out = sum("browser" in report.keywords for report in skipped)
    if left_out and not chromium():
        terminalreporter.write_line(
            f"{left_out} browser tests were LEFT OUT: Chromium is not installed "
            f"(apt-get install chromium).",
            yellow=True,
        )
