"""How soon two graphs of 200 calls each are on the page, and how smoothly they move, in JupyterLab and Chromium.

python -m tests.benchmarks.two_graphs     prints medians and 95th percentiles in milliseconds, as Markdown

The first clock runs in the page from the kernel's display message until the frame in which the drawing is painted.
The others take the time between two frames of the browser while the mouse drags the drawing, or Ctrl and the wheel
zoom; what drives the mouse is not in it. 30 frames a second are 33 ms a frame.
"""

import sys
import tempfile
from pathlib import Path

from tests.benchmarks.sliders import row

sys.path.insert(0, str(Path(__file__).parents[1]))
from driven_lab import Lab, running_lab

DISPLAYS, MOVES = 10, 240

START = """
import numpy as np, teachnn as tn, teachnn_widgets as tw
rng = tn.rng(0)
layers = [layer for i in range(100) for layer in (tn.Dense.create(f"h{i}", 16, 16, rng), tn.ReLU())]
net = tn.Sequential(*layers)
train = tn.TrainFunction(lambda x, y: tn.loss.mean_squared_error(net(x), y), net.parameters, tn.Adam(1e-3))
test = tn.TestFunction(net, name="test")
x = np.zeros((8, 16), np.float32)
pair = train.graph(x, x), test.graph(x)
print([len(graph.collapse(1).nodes) for graph in pair], "calls")
shown = []
"""
SHOW = "for widget in shown: widget.close()\nshown = [tw.TwoGraphs(*pair)]\nshown[0]"
CLOCK = """() => {
  window.times = [];
  const VIEW = 'application/vnd.jupyter.widget-view+json';
  window.jupyterapp.shell.currentWidget.context.sessionContext.iopubMessage.connect((_, message) => {
    if (!message.content.data?.[VIEW]) return;
    const begun = performance.now();
    const old = document.querySelector('.tn-stage svg');
    const look = () => {
      const now = document.querySelector('.tn-stage svg');
      if (!now || now === old) return requestAnimationFrame(look);
      requestAnimationFrame(() => setTimeout(() => window.times.push(performance.now() - begun)));  // it is painted
    };
    look();
  });
}"""
FRAMES = """() => {
  window.frames_ = [];
  const stage = document.querySelector('.tn-stage');
  const place = () => [stage.scrollLeft, stage.scrollTop, stage.querySelector('svg').style.transform].join(' ');
  let [last, seen] = [0, ''];
  const next = (now) => {
    if (last && seen !== place()) window.frames_.push(now - last);
    [last, seen] = [now, place()];
    window.frame_ = requestAnimationFrame(next);
  };
  window.frame_ = requestAnimationFrame(next);
}"""
STOP = "() => { cancelAnimationFrame(window.frame_); return window.frames_.slice(1); }"


def displays(lab: Lab, page) -> list[float]:
    """Show the widget again and again; return how long each took to be painted."""
    page.evaluate(CLOCK)
    page.locator(".jp-Notebook-cell .cm-content").last.click()
    for i in range(DISPLAYS):
        lab.execute(page, "notebook:run-cell")
        page.wait_for_function("(count) => window.times.length > count", arg=i)
    return page.evaluate("() => window.times")


def drag(page, box) -> list[float]:
    """Move the drawing with the mouse; return the milliseconds between frames."""
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.evaluate(FRAMES)
    for i in range(MOVES):
        page.mouse.move(x + 2 * (i % 120 - 60), y + (i % 80 - 40))
    frames = page.evaluate(STOP)
    page.mouse.up()
    return frames


def zoom(page, box) -> list[float]:
    """Zoom in and out with Ctrl and the wheel; return the milliseconds between frames."""
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.keyboard.down("Control")
    page.evaluate(FRAMES)
    for i in range(MOVES):
        page.mouse.wheel(0, 12 if i % 120 < 60 else -12)
    frames = page.evaluate(STOP)
    page.keyboard.up("Control")
    return frames


def measure(lab: Lab) -> None:
    """Print all rows."""
    page = lab.open(lab.write("two_graphs", START, SHOW))
    print(page.locator(".jp-OutputArea-output").first.inner_text())
    shown = displays(lab, page)
    page.locator(".tn-stage").scroll_into_view_if_needed()
    box = page.locator(".tn-stage").bounding_box()
    print("| two graphs of 200 calls | median ms | 95 % ms | times |\n| --- | --- | --- | --- |")
    print(row("from the display message to the painted drawing", shown))
    print(row("a frame while the mouse drags, all in sight", drag(page, box)))
    for _ in range(8):
        page.get_by_test_id("zoom-in").click()
    print(row("a frame while the mouse drags, enlarged", drag(page, box)))
    print(row("a frame while the wheel zooms", zoom(page, box)))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as home, running_lab(Path(home)) as lab:
        measure(lab)
