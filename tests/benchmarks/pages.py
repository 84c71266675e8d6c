"""How soon a picture follows its slider in a saved page: no kernel, no server.

python -m tests.benchmarks.pages        prints medians and 95th percentiles in milliseconds, as Markdown

A key is pressed 200 times on a slider of a VAE's explorer, 784-256-2 and 784-400-20. The clock runs in the page: from
the slider's event to the painted pixels (what the engine computes), and to the frame that shows them.
"""

import statistics
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from driven_lab import CHROMIUM, FLAGS
from playwright.sync_api import sync_playwright

import teachnn as tn
import teachnn_widgets as tw
from teachnn.models.vae import VAE

PRESSES = 200
CLOCK = """() => {
  const picture = document.querySelector('[data-testid=picture]');
  window.times = [];
  window.addEventListener('input', () => { window.began = performance.now(); }, true);
  window.addEventListener('input', () => {
    const { began } = window;
    const computed = Number(picture.dataset.time) - began;
    requestAnimationFrame(() => requestAnimationFrame((next) => window.times.push([computed, next - began])));
  });
}"""


def measured(page, path: Path) -> list[list[float]]:
    """Return for each press the milliseconds to the painted pixels, and to the end of the frame that shows them."""
    page.goto(path.as_uri())
    page.evaluate(CLOCK)
    slider = page.get_by_test_id("z1")
    slider.focus()
    for i in range(PRESSES):
        slider.press("ArrowRight" if i % 100 < 50 else "ArrowLeft")
        page.wait_for_function("(n) => window.times.length > n", arg=i)
    return page.evaluate("() => window.times")


def main() -> None:
    """Print the table."""
    print("| explorer | file | computed: median, 95 % | on the screen: median, 95 % |\n| --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=FLAGS)
        for latent, hidden in ((2, 256), (20, 400)):
            vae, path = VAE(latent, tn.rng(0), hidden=hidden), Path(folder) / "page.html"
            tw.save_page(path, tw.LatentExplorer(vae.decode, vae.encode, dimensions=latent), half=True)
            columns = zip(*measured(browser.new_page(), path), strict=True)
            said = [f"{statistics.median(c):.1f}, {statistics.quantiles(c, n=20)[-1]:.1f} ms" for c in columns]
            print(f"| 784-{hidden}-{latent} | {path.stat().st_size / 1e6:.2f} MB | {said[0]} | {said[1]} |", flush=True)
        browser.close()


if __name__ == "__main__":
    main()
