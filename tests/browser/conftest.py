"""What tests in the browser may ask for."""

from collections.abc import Iterator

import pytest
from tests.browser.page import Page


@pytest.fixture(scope="package")
def page(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """A page that runs scripts; one for all tests, since a browser takes a second to start."""
    page = Page(chromium, tmp_path_factory.mktemp("chromium"))
    yield page
    page.close()
