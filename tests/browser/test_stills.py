"""What is left of each widget where it cannot live: in an exported page without a network, in a collapsed output."""

import os
import subprocess
import sys

from widget_cells import COCKPIT, EXPLORER, GRAPHS, LENS, MOVING, NET, PAD, PATHS, START, STEPPER, VIEW

from teachnn.jupyter import environment

CELLS = (GRAPHS, COCKPIT, EXPLORER, PAD, LENS, VIEW, PATHS, MOVING, STEPPER)
DRAWN = "vae.decode.graph(np.zeros((1, 2)))"
PICTURES = """() => [...document.querySelectorAll('.jp-OutputArea-output img')]
  .filter((image) => image.complete && image.naturalWidth > 100 && image.checkVisibility())"""


def test_every_widget_is_shown_in_an_exported_page_without_a_network_and_collapsed_as_words(lab):
    name = lab.write("exported", START, NET, *CELLS, DRAWN)
    page = lab.open(name)
    lab.execute(page, "docmanager:save")
    command = [sys.executable, "-m", "nbconvert", "--to", "html", str(lab.folder / name)]
    subprocess.run(command, env=os.environ | environment(), check=True, capture_output=True)
    alone = lab.browser.new_context(offline=True).new_page()
    alone.goto((lab.folder / "exported.html").as_uri())
    alone.wait_for_function(f"(n) => ({PICTURES})().length === n", arg=len(CELLS) + 1)
    lab.look(alone, "exported")
    alone.context.close()
    lab.execute(page, "notebook:hide-all-cell-outputs")
    page.wait_for_function("() => document.querySelectorAll('.jp-OutputPlaceholder').length > 10")
    shown = [words for words in page.locator(".jp-OutputPlaceholder").all_inner_texts() if words.strip()]
    assert len(shown) == len(CELLS) + 1 and not [words for words in shown if "<svg" in words]
    lab.look(page, "collapsed")
