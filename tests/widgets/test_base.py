"""What all widgets have in common, without a browser."""

import gc
import json
import re
import threading
import weakref
from pathlib import Path
from xml.etree import ElementTree

import pytest
import traitlets as t
from PIL import Image

import teachnn_widgets
from teachnn.images import DARK, LIGHT
from teachnn_widgets import LatentExplorer
from teachnn_widgets.base import COLOURS, FOLDER, SHARED, VIEWS, Widget
from teachnn_widgets.pulse import SELDOM, Pulse

PUBLIC = [getattr(teachnn_widgets, name) for name in teachnn_widgets.__all__]
WIDGETS = [public for public in PUBLIC if isinstance(public, type)]


class Counter(Widget):
    number = t.Int(0).tag(sync=True)

    def still(self):
        return Image.new("L", (4, 3))

    def __str__(self):
        return "Counter"


def test_the_notebook_keeps_a_still_picture_and_a_line_of_text_beside_the_view():
    data, _ = Counter()._repr_mimebundle_()
    assert data["text/plain"] == "Counter"
    assert data["image/png"].startswith("iVBOR")  # base64 of a PNG's first bytes
    assert "application/vnd.jupyter.widget-view+json" in data


def test_a_still_that_fails_leaves_the_live_view_and_a_line():
    class Broken(Counter):
        def still(self):
            raise ValueError("no pen")

    data, _ = Broken()._repr_mimebundle_()
    assert data["text/plain"] == "Counter (no still picture: no pen)"
    assert "application/vnd.jupyter.widget-view+json" in data and "image/png" not in data


def test_what_a_collapsed_output_shows_of_a_drawing_is_words():
    class Drawn(Counter):
        def still(self):
            return '<svg xmlns="http://www.w3.org/2000/svg"/>'

        def __str__(self):
            return "one --> two\nand more"

    data, _ = Drawn()._repr_mimebundle_()
    assert data["image/svg+xml"].splitlines()[0] == "<!-- one –> two -->"
    ElementTree.fromstring(data["image/svg+xml"])


def test_an_error_is_shown_and_goes_away_when_all_is_well_again():
    widget = Counter()
    with widget.alerting():
        raise ValueError("decode: expected pictures")
    assert widget.alert == "decode: expected pictures"
    with widget.alerting():
        pass
    assert widget.alert == ""


def test_an_error_without_words_is_shown_by_its_name():
    widget = Counter()
    with widget.alerting():
        raise KeyError
    assert widget.alert == "KeyError"


def test_messages_from_the_page_are_taken_one_at_a_time():
    widget, order, first, second = Counter(), [], threading.Event(), threading.Event()

    def slow(change):
        order.append(("begin", change.new))
        first.set()
        if change.new == 1:
            second.wait(0.3)  # runs out, as the other message waits
        else:
            second.set()
        order.append(("end", change.new))

    widget.observe(slow, "number")
    threads = [threading.Thread(target=widget.set_state, args=[{"number": n}]) for n in (1, 2)]
    threads[0].start()
    assert first.wait(5)
    threads[1].start()
    for thread in threads:
        thread.join()
    assert order == [("begin", 1), ("end", 1), ("begin", 2), ("end", 2)]


def test_a_page_that_asks_whether_anybody_is_there_is_answered_and_nobody_else_hears_of_it(monkeypatch):
    said, heard, widget = [], [], Counter()
    monkeypatch.setattr(Counter, "send", lambda self, content, buffers=None: said.append(content))
    widget.on_msg(lambda *message: heard.append(message[1]))
    widget._handle_custom_msg({"ask": True}, [])
    widget._handle_custom_msg("play", [])
    assert said == [{"answer": True}] and heard == ["play"]


def test_the_pulse_beats_its_members_and_its_thread_ends_with_the_last():
    pulse, beaten, others = Pulse(), threading.Event(), threading.enumerate()

    class Member:
        in_sight = True

        def beat(self):
            beaten.set()

    member = Member()
    pulse.add(member)
    pulse.add(member)  # once is enough
    assert beaten.wait(5)
    thread = next(thread for thread in threading.enumerate() if thread.name == "teachnn pulse" and thread not in others)
    pulse.remove(member)
    pulse.remove(member)
    thread.join(5)
    assert not thread.is_alive()


def test_what_nobody_looks_at_beats_seldom(monkeypatch):
    pulse, seen, done = Pulse(), [], threading.Event()
    monkeypatch.setattr("teachnn_widgets.pulse.PERIOD", 1e-3)

    class Member:
        def __init__(self, in_sight):
            self.in_sight = in_sight

        def beat(self):
            seen.append(self.in_sight)
            if seen.count(False) == 3:
                done.set()

    members = [Member(False), Member(True)]
    for member in members:
        pulse.add(member)
    assert done.wait(20)
    for member in members:
        pulse.remove(member)
    assert seen.count(True) >= 3 * (SELDOM - 2)


def test_a_widget_is_in_sight_until_all_views_that_told_are_out_of_it():
    widget = Counter()
    told = lambda view, sight: widget._handle_custom_msg({"view": view, "sight": sight}, [])  # noqa: E731
    assert widget.in_sight
    told("a", True), told("b", False)
    assert widget.in_sight
    told("a", False)
    assert not widget.in_sight
    told("b", True)
    assert widget.in_sight
    told("b", None), told("a", None)  # both views have ended
    assert widget.in_sight and widget._sights == {}
    for i in range(100):  # pages that are gone without a word
        told(str(i), False)
    assert len(widget._sights) == VIEWS and not widget.in_sight


@pytest.mark.timeout(10)
def test_a_widget_that_is_collected_while_another_is_added_does_not_block():
    pulse = Pulse()
    with pulse._changing:  # as in the middle of `add`
        pulse.remove(None)


def test_a_closed_widget_leaves_nothing_that_holds_it():
    widget = Counter()
    widget.follow()
    widget.close()
    gone = weakref.ref(widget)
    del widget
    gc.collect()
    assert gone() is None


@pytest.mark.parametrize("widget", WIDGETS, ids=lambda widget: widget.__name__)
def test_a_page_comes_from_the_package_and_loads_nothing(widget):
    page = str(widget._esm)
    assert "function render" in page and "export default" in page
    assert "http" not in page.replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"^\s*import\b|\bimport\(", page, re.MULTILINE)
    assert "innerHTML" not in page  # text of the user's never becomes markup
    assert "url(" not in str(widget._css)
    assert widget.__doc__ and len(page) < 40_000  # it is sent with each instance


def test_every_part_of_a_page_stands_beside_a_module_or_is_shared():
    folder = Path(teachnn_widgets.__file__).parent
    own = {path.stem for path in folder.glob("*.py")}
    shared = {*SHARED, *(part for widget in WIDGETS for part in widget.parts)}
    assert {path.stem for path in [*folder.glob("*.js"), *folder.glob("*.css")]} <= own | shared


def test_a_subclass_made_in_a_notebook_keeps_its_parents_page():
    class Mine(teachnn_widgets.TwoGraphs):
        pass

    assert Mine._esm is teachnn_widgets.TwoGraphs._esm


def test_a_page_knows_the_constants_and_the_colours_of_python():
    assert "const SIDE = 112;\n" in teachnn_widgets.DrawPad._esm and "const REACH = 3.0;\n" in LatentExplorer._esm
    light, dark = COLOURS.splitlines()
    assert "--tn-train: #0072B2;" in light and "--tn-test-text: #007A59;" in light and "--tn-train: #3d9ad6;" in dark
    assert set(DARK) < set(LIGHT)


def test_pages_take_each_colour_but_black_and_white_from_the_palette():
    texts = [path.read_text() for kind in ("js", "css") for path in FOLDER.glob(f"*.{kind}")]
    assert {colour for text in texts for colour in re.findall("#[0-9a-fA-F]{3,8}\\b|rgb|hsl", text)} == {"#fff", "#000"}
    assert {name for text in texts for name in re.findall(r"var\(--tn-([\w-]+)", text)} <= {
        *(name.replace("_", "-") for name in LIGHT),
        *("ground", "concept", "concept-text", "gap", "quick"),  # common.css
    }


def test_the_linter_of_javascript_knows_no_name_that_is_gone():
    texts = [*(str(w._esm) for w in WIDGETS), *(path.read_text() for path in (FOLDER / "page").glob("*.js"))]
    begun = re.compile(r"^(?:function|const|let|class) (\w+)", re.MULTILINE)
    defined = {name for text in texts for name in begun.findall(text)}
    config = json.loads((FOLDER.parent / "biome.json").read_text())
    assert set(config["javascript"]["globals"]) <= defined | {"WIDGETS"}  # which save_page itself writes
