"""One JupyterLab and one browser for all tests here; each test has pages of its own."""

import pytest
from driven_lab import CHROMIUM, FLAGS, Lab
from playwright.sync_api import sync_playwright


@pytest.fixture(scope="session")
def whole_lab(tmp_path_factory):
    if CHROMIUM is None:
        pytest.skip("no Chromium here; apt-get install chromium fonts-dejavu-core")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=FLAGS)
        lab = Lab(tmp_path_factory.mktemp("lab"), browser)
        yield lab
        lab.stop()
        browser.close()


@pytest.fixture
def lab(whole_lab):
    whole_lab.subshells("perCommTarget")
    yield whole_lab
    assert whole_lab.close_pages() == []
