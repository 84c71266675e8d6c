"""How soon a picture follows its slider, in JupyterLab as `teachnn lab` starts it.

python -m tests.benchmarks.sliders        prints medians and 95th percentiles in milliseconds, as Markdown

A key is pressed as soon as the picture of the one before is painted, 200 times. The time runs in the page, from the
key's event to the new pixels. Training is a VAE, 784-400-2, on a thread of the kernel.
"""

import json
import statistics
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))
from driven_lab import CHROMIUM, FLAGS, Lab

START = """
import json, threading, time
import numpy as np, teachnn as tn, teachnn_widgets as tw
from teachnn.models.vae import VAE
rng = tn.rng(0)
digits = tn.data.mnist()
vae = VAE(2, rng)
train = vae.train_function(tn.Adam(1e-3))
batches = tn.data.batches(digits.train.images, size=128, rng=rng)
explorer = tw.LatentExplorer(vae.decode, vae.encode)
explorer
"""
COCKPIT = "cockpit = tw.TrainingCockpit(train, batches)\ncockpit"
KERNEL = """
times = []
for i in range(1000 * bool(train.steps)):  # not yet when all cells are run
    start = time.perf_counter()
    explorer.set_state({"z": [i / 1000, 0.0]})
    times.append(1000 * (time.perf_counter() - start))
print(json.dumps(times))
"""
# Each press waits for the picture of the one before; the clock runs from the event to the paint.
PRESS = """async (count) => {
  const slider = document.querySelector('[data-testid=z1]');
  const canvas = document.querySelector('.tn-picture');
  const times = [];
  for (let i = 0; i < count; i++) {
    const painted = new Promise((done) => {
      const observer = new MutationObserver(() => { observer.disconnect(); done(performance.now()); });
      observer.observe(canvas, { attributes: true, attributeFilter: ['data-time'] });
    });
    const start = performance.now();
    slider.value = ((i * 111) % 250) / 50 - 2.4 + 0.02 * (count % 7);
    slider.dispatchEvent(new Event('input'));
    const lost = new Promise((_, reject) => setTimeout(reject, 5000, `press ${i} had no answer`));
    times.push((await Promise.race([painted, lost])) - start);
  }
  return times;
}"""
RATE = """async (seconds) => {
  const step = () => Number(document.querySelector('[data-name=step]').textContent.replaceAll(',', ''));
  const next = async () => {
    const at = step();
    while (step() === at) await new Promise((done) => requestAnimationFrame(done));
  };
  await next();
  const [from, begun] = [step(), performance.now()];
  const slider = document.querySelector('[data-testid=z1]');
  for (let i = 0; performance.now() - begun < 1000 * seconds; i++) {
    if (window.moving) { slider.value = (i % 100) / 50 - 1; slider.dispatchEvent(new Event('input')); }
    await new Promise((f) => setTimeout(f, 20));
  }
  await next();
  return (1000 * (step() - from)) / (performance.now() - begun);
}"""


def row(name: str, times: list[float]) -> str:
    """Return one line of the table."""
    return f"| {name} | {statistics.median(times):.1f} | {statistics.quantiles(times, n=20)[-1]:.1f} | {len(times)} |"


def measure(lab: Lab) -> None:
    """Print all rows."""
    page = lab.open(lab.write("sliders", START, COCKPIT, KERNEL))
    page.set_default_timeout(15_000)
    page.evaluate(PRESS, 20)
    still = page.evaluate(PRESS, 200)
    page.get_by_test_id("play").click()
    page.evaluate(PRESS, 50)
    training = page.evaluate(PRESS, 200)
    rates = {False: [], True: []}
    for moving in [False, True] * 3:
        page.evaluate("(moving) => (window.moving = moving)", moving)
        rates[moving].append(page.evaluate(RATE, 4))
    page.get_by_test_id("play").click()
    page.locator(".jp-Notebook-cell .cm-content").last.click()
    lab.execute(page, "notebook:run-cell")
    kernel = json.loads(page.locator(".jp-OutputArea-output pre").last.inner_text())
    print("| from a slider to new pixels | median ms | 95 % ms | presses |\n| --- | --- | --- | --- |")
    for name, times in [
        ("LatentExplorer", still),
        ("LatentExplorer while a thread trains", training),
        ("in the kernel alone", kernel),
    ]:
        print(row(name, times))
    alone, moved = (statistics.median(rates[moving]) for moving in (False, True))
    print(f"training: {alone:.0f} steps/s undisturbed, {moved:.0f} under a moving slider: {moved / alone:.0%}")


if __name__ == "__main__":
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as home:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=FLAGS)
        lab = Lab(Path(home), browser)
        try:
            measure(lab)
        finally:
            lab.stop()
            browser.close()
