"""Every widget at every width, in a real JupyterLab: on a telephone, beside a file browser, in boxes, tabs and rows."""

import pytest
from driven_lab import AXE, AXE_CORE
from widget_cells import COCKPIT, EXPLORER, FOUR, LENS, MOVING, NET, PAD, PATHS, START, STEPPER, VIEW

WIDTHS = (390, 566, 820, 1200)  # pixels of output
LONG = "a_name_of_a_layer_" * 5
MANY = "deep = VAE(32, rng, hidden=16)\nmany = tw.LatentExplorer(deep.decode, dimensions=32)\nmany"
NAMED = f"""
long = tn.Sequential(tn.Flatten(), tn.Dense.create({LONG!r}, 784, 8, rng), tn.Dropout(0.5, rng, mode="train"))
view = tw.ParameterView(long.parameters)
view
"""
NAMED_LENS = "tw.ModeLens(long, long.at('test'), x)"
CELLS = (FOUR, COCKPIT, EXPLORER, PAD, LENS, VIEW, PATHS, MANY, NAMED, NAMED_LENS, MOVING, STEPPER)
# What cannot be reached: a control that lies, in part, outside of its widget or of what is cut off; that is smaller
# than a finger's 24 pixels; letters below 11 pixels; and what is cut off though it is text or holds controls.
OUT_OF_REACH = """() => [...document.querySelectorAll('.tn-widget')].flatMap((widget) => {
  if (!widget.checkVisibility()) return [];
  const faults = [];
  const say = (what, node) => faults.push(`${what}: ${node.outerHTML.slice(0, 120)}`);
  const shown = (node) => node.checkVisibility() && node.getClientRects().length && !node.closest('.tn-leaving');
  const seen = (node, axis) => {
    const box = node.getBoundingClientRect();
    for (let up = node.parentElement; up; up = up.parentElement) {
      const how = getComputedStyle(up)[`overflow${axis}`];
      if (how === 'auto' || how === 'scroll') return true;
      const room = up.getBoundingClientRect();
      const [from, to] = axis === 'X' ? ['left', 'right'] : ['top', 'bottom'];
      const inside = box[from] >= room[from] - 1 && box[to] <= room[to] + 1;
      if ((how !== 'visible' || up === widget) && !inside) return false;
      if (up === widget) return true;
    }
  };
  for (const node of [...widget.querySelectorAll('button, input, select, [tabindex]')].filter(shown)) {
    if (!seen(node, 'X') || !seen(node, 'Y')) say('out of reach', node);
    const { width, height } = node.getBoundingClientRect();
    if (!node.closest('svg') && (width < 24 || height < 24)) say('too small', node);
  }
  for (const node of [...widget.querySelectorAll('*')].filter(shown)) {
    const text = [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim());
    const svg = node.ownerSVGElement;
    const scale = svg ? svg.getBoundingClientRect().width / (svg.viewBox.baseVal.width || svg.clientWidth) : 1;
    if (text && parseFloat(getComputedStyle(node).fontSize) * scale < 10.95) say('too faint', node);
    const cut = node.scrollWidth > node.clientWidth + 1 && getComputedStyle(node).overflowX === 'hidden';
    if (cut && !node.matches('.tn-plane, .tn-sheet, .tn-track')) say('cut off', node);
  }
  return faults;
})"""
SETTLED = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 200))))"


def at_width(page, width):
    """Make every output so many pixels wide."""
    page.evaluate(
        """(width) => {
          const rule = document.querySelector('#width') ?? document.head.appendChild(document.createElement('style'));
          rule.id = 'width';
          rule.textContent = `.jp-OutputArea-output { width: ${width}px !important; flex: none !important;
            padding: 0 !important; }`;
        }""",
        width,
    )
    page.evaluate(SETTLED)
    widths = {round(box["width"]) for box in map(lambda w: w.bounding_box(), page.locator(".tn-widget").all()) if box}
    assert widths <= {width}, widths


@pytest.mark.parametrize("dark", [False, pytest.param(True, marks=pytest.mark.long)], ids=["light", "dark"])
def test_nothing_is_out_of_reach_cut_off_or_too_small_at_any_width(lab, dark):
    page = lab.open(lab.write("widths", START, NET, *CELLS), dark=dark)
    page.set_viewport_size({"width": 1700, "height": 1000})
    page.add_script_tag(path=AXE_CORE)
    for width in WIDTHS:
        at_width(page, width)
        assert page.evaluate(OUT_OF_REACH) == [], width
        assert page.evaluate(AXE) == [], width
        for i, widget in enumerate(page.locator(".tn-widget").all()):
            widget.scroll_into_view_if_needed()
            lab.look(page, f"{i}-{width}-{'dark' if dark else 'light'}", widget)
    assert page.locator(".tn-alert:visible").count() == 0


# Moves one control of each widget, so that it notices who stands behind it.
USE = """() => {
  for (const widget of document.querySelectorAll('.tn-widget')) {
    const [range, select] = ['input[type=range]:enabled', 'select'].map((kind) => widget.querySelector(kind));
    if (range) range.dispatchEvent(new Event('input'));
    else if (select) select.dispatchEvent(new Event('change'));
    else widget.querySelector('.tn-body button:enabled').click();
  }
}"""
# What scrolls and takes no focus: no keyboard scrolls it; axe-core takes all in a fieldset that is off for such.
STUCK = """() => [...document.querySelectorAll('.tn-widget *')].filter((node) => {
  const { overflowX, overflowY } = getComputedStyle(node);
  const wide = node.scrollWidth > node.clientWidth + 1 && /auto|scroll/.test(overflowX);
  const high = node.scrollHeight > node.clientHeight + 1 && /auto|scroll/.test(overflowY);
  if (!node.checkVisibility() || !(wide || high)) return false;
  node.focus();
  return document.activeElement !== node;
}).map((node) => node.outerHTML.slice(0, 150))"""
OF_AXE = "scrollable-region-focusable"
STATES = "(state) => [...document.querySelectorAll('.tn-widget')].every(({ dataset }) => dataset.kernel === state)"


@pytest.mark.long
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_what_a_kernel_that_is_busy_or_gone_leaves_is_within_reach_and_legible_at_any_width(lab, dark):
    lab.subshells("disabled")
    blocking = "import time\nwhile blocked:\n    time.sleep(0.01)"
    page = lab.open(lab.write("left", START, NET, *CELLS, "blocked = False", blocking), dark=dark)
    page.set_viewport_size({"width": 1700, "height": 1000})
    page.add_script_tag(path=AXE_CORE)
    for cell, text in ((-2, "blocked = True"), (-1, blocking)):
        editor = page.locator(".jp-Notebook-cell .cm-content").nth(cell)
        editor.fill(text)
        page.evaluate("() => { window.jupyterapp.commands.execute('notebook:run-cell'); }")
    page.wait_for_timeout(2100)  # a view asks again at most every two seconds
    for state in ("busy", "gone"):
        if state == "gone":
            page.evaluate("() => window.jupyterapp.serviceManager.sessions.shutdownAll()")
        page.evaluate(USE)
        page.wait_for_function(STATES, arg=state)
        for width in WIDTHS:
            at_width(page, width)
            assert page.evaluate(OUT_OF_REACH) == [], (state, width)
            faults = [fault for fault in page.evaluate(AXE) if state == "busy" or not fault.startswith(OF_AXE)]
            assert faults + page.evaluate(STUCK) == [], (state, width)
            for i, widget in enumerate(page.locator(".tn-widget").all()):
                widget.scroll_into_view_if_needed()
                lab.look(page, f"{state}-{i}-{width}-{'dark' if dark else 'light'}", widget)


BOXES = """
import ipywidgets as ipw
def some():
    return [tw.LatentExplorer(vae.decode, vae.encode, digits.test.images[:10]), tw.DrawPad(classify=classify)]
"""
PLACES = {
    "a row": "ipw.HBox(some())",
    "a column": "ipw.VBox([*some(), tw.TrainingCockpit(train, batches)])",
    "tabs": "ipw.Tab(some(), titles=['explore', 'draw'])",
    "folds": "ipw.Accordion([*some(), tw.ModeLens(net, test_net, x)], titles=['explore', 'draw', 'compare'])",
}


def test_widgets_in_rows_columns_tabs_and_folds_are_within_reach(lab):
    page = lab.open(lab.write("boxes", START, NET, BOXES, *PLACES.values()))
    tabs, folds = page.locator(".lm-TabBar-tab", has_text="draw"), page.locator(".jupyter-widget-Collapse-header")
    for width in (566, 1200):
        page.set_viewport_size({"width": 1700, "height": 1000})
        page.add_style_tag(content=f".jp-OutputArea-output {{ width: {width}px !important; flex: none !important; }}")
        page.evaluate(SETTLED)
        assert page.evaluate(OUT_OF_REACH) == [], width
        assert all(w.bounding_box()["width"] > 250 for w in page.locator(".tn-widget:visible").all())
        tabs.first.click()
        for fold in folds.all():
            fold.click()
            page.evaluate(SETTLED)
            assert page.evaluate(OUT_OF_REACH) == [], width


def test_on_a_telephone_and_in_a_view_of_its_own_every_control_is_within_reach(lab):
    page = lab.open(lab.write("telephone", START, NET, EXPLORER, COCKPIT, FOUR))
    page.locator(".jp-Notebook-cell .cm-content").nth(2).click()
    lab.execute(page, "notebook:create-output-view")
    page.wait_for_selector(".jp-LinkedOutputView .tn-widget")
    page.evaluate(SETTLED)
    assert page.evaluate(OUT_OF_REACH) == []
    lab.look(page, "own-view")
    lab.execute(page, "application:toggle-left-area")
    lab.execute(page, "application:set-mode", {"mode": "single-document"})
    page.set_viewport_size({"width": 390, "height": 844})
    page.evaluate(SETTLED)
    lab.look(page, "telephone")
    assert page.evaluate(OUT_OF_REACH) == []
