"""How soon a picture follows its slider, in JupyterLab as `teachnn lab` starts it, beside interact with matplotlib.

python -m tests.benchmarks.sliders        prints medians and 95th percentiles in milliseconds, as Markdown

A key is pressed as soon as the picture of the one before is painted, 200 times. The clock runs in the page, from the
key's event until the new pixels are there; what drives the browser is not in it. Training is a VAE, 784-400-2, on a
thread of the kernel. It paints by itself, so the first pixel says which z a picture belongs to.
"""

import json
import statistics
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from driven_lab import Lab, running_lab

PRESSES = 200

START = """
import json, time
import numpy as np, teachnn as tn, teachnn_widgets as tw
from teachnn.models.vae import VAE
rng = tn.rng(0)
digits = tn.data.mnist()
vae = VAE(2, rng)
train = vae.train_function(tn.Adam(1e-3))
batches = tn.data.batches(digits.train.images, size=128, rng=rng)

class Marked(tw.LatentExplorer):
    def _pictures(self, points):
        pictures = super()._pictures(points).copy()
        pictures[:, 0, 0] = np.round(points[:, 0] / 0.02).astype(int) % 256
        return pictures

explorer = Marked(vae.decode, vae.encode)
explorer
"""
COCKPIT = "cockpit = tw.TrainingCockpit(train, batches)\ncockpit"
INTERACT = """
%matplotlib inline
import ipywidgets, matplotlib.pyplot as plt
@ipywidgets.interact(z1=ipywidgets.FloatSlider(value=0, min=-3, max=3, step=0.02))
def show(z1):
    picture = vae.decode(np.array([[z1, 0]], np.float32))[0].copy()
    picture[0, 0] = abs(z1) % 1  # no two presses have the same picture
    plt.figure(figsize=(3, 3))
    plt.imshow(picture, cmap="gray", vmin=0, vmax=1)
    plt.axis("off")
    plt.show()
"""
KERNEL = """
times = []
for i in range(1000 * bool(train.steps)):  # not yet when all cells are run
    start = time.perf_counter()
    explorer.set_state({"z": [i % 150 * 0.02, 0.0]})
    times.append(1000 * (time.perf_counter() - start))
print(json.dumps(times))
"""
# The clocks: from the key's event to the picture of the value that the key made.
CLOCK = """() => {
  const slider = document.querySelector('[data-testid=z1]');
  const canvas = document.querySelector('.tn-picture');
  let pressed = 0, wanted = 0;
  slider.addEventListener('keydown', () => (pressed = performance.now()));
  slider.addEventListener('input', () => (wanted = (256 + Math.round(slider.value / 0.02)) % 256));
  new MutationObserver(() => {
    const now = performance.now();
    if (!pressed || canvas.getContext('2d').getImageData(0, 0, 1, 1).data[0] !== wanted) return;
    times.push(now - pressed);
    pressed = 0;
  }).observe(canvas, { attributes: true, attributeFilter: ['data-time'] });
}"""
CLOCK_INTERACT = """() => {
  const area = document.querySelector('.widget-interact');
  const handle = area.querySelector('.noUi-handle');
  let pressed = 0;
  let before = area.querySelector('img').src;
  handle.dataset.lmSuppressShortcuts = 'true'; // or JupyterLab takes the arrow keys
  handle.addEventListener('keydown', () => (pressed = performance.now()), true);
  new MutationObserver(async () => {
    const image = area.querySelector('img');
    if (!pressed || !image || image.src === before) return;
    before = image.src;
    await image.decode();
    times.push(performance.now() - pressed);
    pressed = 0;
  }).observe(area, { childList: true, subtree: true, attributes: true, attributeFilter: ['src'] });
}"""
PAINTED = """(count) => new Promise((done, fail) => {
  setTimeout(() => fail(new Error(`press ${count} had no picture`)), 5000);
  const look = () => (times.length >= count ? done(times) : setTimeout(look, 1));
  look();
})"""
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


def press(page, slider: str, presses: int = PRESSES) -> list[float]:
    """Press a key again and again, each when the picture of the one before is there; return how long each took."""
    page.locator(slider).focus()
    page.evaluate("() => { window.times = []; }")
    for i in range(presses):
        page.keyboard.press("ArrowRight" if i < presses / 2 else "ArrowLeft")
        times = page.evaluate(PAINTED, i + 1)
    assert len(times) == presses  # one picture each
    return times


def measure(lab: Lab) -> None:
    """Print all rows."""
    page = lab.open(lab.write("sliders", START, COCKPIT, INTERACT, KERNEL))
    page.wait_for_selector(".widget-interact img")
    page.evaluate(CLOCK)
    page.evaluate(CLOCK_INTERACT)
    ours, theirs = "[data-testid=z1]", ".widget-interact .noUi-handle"
    for slider in (ours, theirs):
        press(page, slider, 20)
    still, interact = press(page, ours), press(page, theirs)
    page.get_by_test_id("play").click()
    press(page, ours, 20)
    training = press(page, ours)
    rates = {False: [], True: []}
    for moving in [False, True] * 3:
        page.evaluate("(moving) => (window.moving = moving)", moving)
        rates[moving].append(page.evaluate(RATE, 4))
    page.get_by_test_id("play").click()
    page.wait_for_function("() => document.querySelector('.tn-reason').textContent === 'Paused.'")
    page.locator(".jp-Notebook-cell .cm-content").last.click()
    lab.execute(page, "notebook:run-cell")
    kernel = json.loads(page.locator(".jp-OutputArea-output pre").last.inner_text())
    print("| from a key on a slider to new pixels | median ms | 95 % ms | presses |\n| --- | --- | --- | --- |")
    for name, times in [
        ("LatentExplorer", still),
        ("LatentExplorer while a thread trains", training),
        ("interact with matplotlib", interact),
        ("LatentExplorer, in the kernel alone", kernel),
    ]:
        print(row(name, times))
    print(f"\ninteract / LatentExplorer: {statistics.median(interact) / statistics.median(still):.1f}")
    alone, moved = (statistics.median(rates[moving]) for moving in (False, True))
    print(f"training: {alone:.0f} steps/s undisturbed, {moved:.0f} under a moving slider: {moved / alone:.0%}")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as home, running_lab(Path(home)) as lab:
        measure(lab)
