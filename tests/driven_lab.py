"""A real JupyterLab on this machine's loopback, as `teachnn lab` starts it, in a real Chromium."""

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nbformat
from playwright.sync_api import sync_playwright

from teachnn.jupyter import command, environment

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = (
    "--no-sandbox --disable-gpu --disable-dev-shm-usage --disable-background-networking --disable-component-update "
    "--no-first-run --disable-sync"
).split()
READY = """async () => {
  const app = window.jupyterapp;
  await app.restored;
  const panel = app.shell.currentWidget;
  await panel.context.ready;
  await panel.revealed;
  await panel.context.sessionContext.ready;
  if (panel.context.sessionContext.session) await panel.context.sessionContext.session.kernel.info;
}"""
# The errors among the cells' outputs, from the notebook itself: on the page they look like any text on stderr.
ERRORS = """() => window.jupyterapp.shell.currentWidget.content.widgets.flatMap((cell) =>
  (cell.model.outputs ? cell.model.outputs.toJSON() : [])
    .filter((output) => output.output_type === 'error').map(({ ename, evalue }) => `${ename}: ${evalue}`))"""
# Names of what takes the focus, roles of canvases, and keys that JupyterLab must not swallow.
UNNAMED = """() => [...document.querySelectorAll('.tn-widget')].flatMap((widget) => [
  ...[...widget.querySelectorAll('button, input, select, [tabindex]')].filter((node) =>
    !(node.getAttribute('aria-label') || '').trim() || node.dataset.lmSuppressShortcuts !== 'true'),
  ...[...widget.querySelectorAll('canvas, svg[role]')].filter((node) =>
    !node.getAttribute('role') || !node.getAttribute('aria-label')),
]).map((node) => node.outerHTML.slice(0, 150))"""
# axe-core 4.14.1 by Deque Systems (MPL-2.0): its rules for accessible pages, as they apply to our widgets.
AXE_CORE = Path(__file__).parent / "browser" / "axe" / "axe.min.js"
AXE = """async () => (await axe.run({ include: [['.tn-widget']] }, { resultTypes: ['violations'] })).violations
  .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 150)}`))"""
# Texts whose contrast with the ground behind them is below 4.5 (WCAG 2, AA). In a drawing the ground is the last of the
# filled rectangles before a text that its middle lies in, or else that of the page.
FAINT = """() => {
  const channel = (v) => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const parse = (text) => (text.match(/[\\d.]+/g) || [0, 0, 0, 0]).map(Number);
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const full = (colour) => colour.length < 4 || colour[3] > 0.99;
  const drawn = (node) => {
    const box = node.getBoundingClientRect();
    const [x, y] = [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
    return [...node.closest('svg').querySelectorAll('rect')].filter((rect) => {
      const { left, right, top, bottom } = rect.getBoundingClientRect();
      const before = rect.compareDocumentPosition(node) & Node.DOCUMENT_POSITION_FOLLOWING;
      return before && left <= x && x <= right && top <= y && y <= bottom && getComputedStyle(rect).fill !== 'none';
    }).map((rect) => parse(getComputedStyle(rect).fill)).filter(full).pop();
  };
  const ground = (node) => {
    if (node.closest('svg') && drawn(node)) return drawn(node);
    for (; node; node = node.parentElement) {
      const colour = parse(getComputedStyle(node).backgroundColor);
      if (full(colour)) return colour;
    }
    return [255, 255, 255];
  };
  const texts = [...document.querySelectorAll('.tn-widget *')].filter((node) => !node.disabled &&
    node.getClientRects().length && [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim()));
  return texts.filter((node) => {
    const style = getComputedStyle(node);
    const [a, b] = [light(parse(node.closest('svg') ? style.fill : style.color)), light(ground(node))];
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05) < 4.5;
  }).map((node) => node.outerHTML.slice(0, 150));
}"""


class Lab:
    """A running JupyterLab and a browser; `open` gives a page with a notebook."""

    def __init__(self, home: Path, browser):
        self.folder, self.browser, self.token, self.pages = home / "course", browser, secrets.token_hex(16), []
        self.folder.mkdir()
        self.settings = home / "settings" / "@jupyterlab"
        self._set("apputils-extension/notification", {"fetchNews": "false", "checkForUpdates": False})
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        folders = {f"JUPYTER_{name}_DIR": str(home / name.lower()) for name in ("CONFIG", "DATA", "RUNTIME")}
        folders |= {"IPYTHONDIR": str(home / "ipython"), "JUPYTERLAB_SETTINGS_DIR": str(home / "settings")}
        folders |= {"JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces")}
        options = ["--no-browser", "--allow-root", f"--port={port}", "--ServerApp.port_retries=0"]
        options += [f"--IdentityProvider.token={self.token}", "--LabApp.expose_app_in_browser=True"]
        self.url, self.log = f"http://127.0.0.1:{port}", (home / "log").open("w")
        self.server = subprocess.Popen(
            command(self.folder, options),
            env=environment() | folders,
            stdout=self.log,
            stderr=self.log,
            start_new_session=True,
        )
        self._await()

    def _await(self) -> None:
        for _ in range(300):
            try:
                with urllib.request.urlopen(f"{self.url}/api/status?token={self.token}", timeout=5):
                    return
            except OSError:
                assert self.server.poll() is None, Path(self.log.name).read_text()
                time.sleep(0.1)  # asks again
        raise TimeoutError(Path(self.log.name).read_text())

    def stop(self) -> None:
        os.killpg(self.server.pid, signal.SIGTERM)
        self.server.wait(30)
        self.log.close()

    def write(self, name: str, *cells: str) -> str:
        """Write a notebook of code cells; return its file name."""
        spec = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells], metadata=spec)
        nbformat.write(notebook, self.folder / f"{name}.ipynb")
        return f"{name}.ipynb"

    def subshells(self, how: str) -> None:
        """Say on which thread of the kernel the widgets' messages are handled, from the next page on."""
        self._set("apputils-extension/kernels-settings", {"commsOverSubshells": how})

    def windowing(self, how: str) -> None:
        """Say what becomes of cells that are out of sight, from the next page on."""
        self._set("notebook-extension/tracker", {"windowingMode": how})

    def _set(self, extension: str, settings: dict) -> None:
        file = self.settings / f"{extension}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(settings))

    def open(self, name: str, dark: bool = False, run: bool = True, **screen):
        """Return a page with the notebook open and, unless run is False, all of its cells run.

        screen: what Playwright is to know of it: has_touch, is_mobile.
        """
        page = self.browser.new_page(viewport={"width": 1280, "height": 1000}, **screen)
        page.set_default_timeout(20_000)
        page.faults = []
        page.on("pageerror", lambda error: page.faults.append(f"error: {error}"))
        page.on("console", lambda said: page.faults.append(f"console: {said.text}") if said.type == "error" else None)
        page.on(
            "request", lambda r: None if r.url.startswith((self.url, "data:", "blob:")) else page.faults.append(r.url)
        )
        self.pages.append(page)
        page.goto(f"{self.url}/lab/tree/{name}?token={self.token}&reset")
        page.wait_for_selector(".jp-NotebookPanel:not(.lm-mod-hidden)")
        page.evaluate(READY)
        self.wear(page, "dark" if dark else "light")
        if run:
            self.execute(page, "notebook:run-all-cells")
            errors = page.evaluate(ERRORS)
            assert not errors, errors
        return page

    def wear(self, page, theme: str) -> None:
        """Give the page a theme, light or dark; JupyterLab keeps that of the page before."""
        if page.evaluate("() => document.body.dataset.jpThemeLight") != str(theme == "light").lower():
            self.execute(page, "apputils:change-theme", {"theme": f"JupyterLab {theme.capitalize()}"})
            page.wait_for_selector(f"body[data-jp-theme-light={str(theme == 'light').lower()}]", state="attached")

    def execute(self, page, what: str, arguments: dict | None = None):
        """Run one of JupyterLab's commands."""
        page.evaluate("([what, how]) => window.jupyterapp.commands.execute(what, how)", [what, arguments or {}])

    def look(self, page, name: str, part=None) -> None:
        """Keep a screenshot of the page or of a part of it, if the environment names a folder for them."""
        if os.environ.get("TEACHNN_SCREENSHOTS"):
            (part or page).screenshot(path=f"{os.environ['TEACHNN_SCREENSHOTS']}/{name}.png")

    def close_pages(self) -> list[str]:
        """Shut the kernels down, close the pages, and return what went wrong on them."""
        noise = "Could not restore the debugger state"  # JupyterLab's own, when a kernel goes while it is asked
        faults = [fault for page in self.pages for fault in page.faults if noise not in fault]
        for page in self.pages:
            page.evaluate("() => window.jupyterapp.serviceManager.sessions.shutdownAll()")
            page.close()
        self.pages.clear()
        return faults


def answers_to_a_stroke(page) -> list[float]:
    """Draw a stroke on the draw pad with the pointer; return the numbers that its first function answers."""
    pad = page.locator(".tn-draw-pad [data-testid=pad]")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    page.mouse.move(box["x"] + 40, box["y"] + 30)
    page.mouse.down()
    page.mouse.move(box["x"] + 90, box["y"] + 110, steps=8)
    page.mouse.up()
    return list(map(float, page.locator(".tn-draw-pad article").first.locator(".tn-value").all_inner_texts()))


def frames(page, canvas: str) -> int:
    """Return how often a canvas was painted."""
    return int(page.locator(canvas).first.get_attribute("data-frame"))


def await_frame(page, canvas: str, after: int) -> None:
    """Wait until a canvas was painted more often than that."""
    page.wait_for_function("([c, n]) => Number(document.querySelector(c).dataset.frame) > n", arg=[canvas, after])


@contextmanager
def running_lab(home: Path) -> Iterator[Lab]:
    """Start a JupyterLab and a browser, and stop both in the end."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=FLAGS)
        lab = Lab(home, browser)
        try:
            yield lab
        finally:
            lab.stop()
            browser.close()
