"""The flagship in use, in a real JupyterLab: the tabs, a view that stays where it is, fingers, a large drawing."""

import pytest
from widget_cells import FOUR, GRAPHS, START

DEEP = """
layers = [layer for i in range(100) for layer in (tn.Dense.create(f"h{i}", 4, 4, rng), tn.ReLU())]
deep = tn.Sequential(*layers)
both = tn.TrainFunction(lambda x, y: tn.loss.mean_squared_error(deep(x), y), deep.parameters, tn.Adam(1e-3))
small = np.zeros((2, 4), np.float32)
graphs = tw.TwoGraphs(both.graph(small, small), tn.TestFunction(deep, name="test").graph(small))
graphs
"""
DRAWING = ".tn-stage svg:not(.tn-leaving)"
WHERE = """(key) => {
  const { left, top } = document.querySelector(`.tn-stage [data-testid='${key}']`).getBoundingClientRect();
  return [left, top];
}"""
STAGE = """() => {
  const { scrollLeft, scrollTop } = document.querySelector('.tn-stage');
  return [scrollLeft, scrollTop, new DOMMatrix(getComputedStyle(document.querySelector('.tn-stage svg')).transform).a];
}"""
FOCUSED = "() => document.activeElement.closest('[data-key]')?.dataset.same"
STILL = "() => document.getAnimations().every((animation) => animation.playState === 'finished')"


@pytest.fixture
def page(lab):
    page = lab.open(lab.write("four", START, FOUR))
    page.set_viewport_size({"width": 1600, "height": 1300})
    page.locator(".tn-stage").scroll_into_view_if_needed()
    return page


def tab(page, number):
    page.get_by_test_id(f"tab-{number}").click()
    page.wait_for_function(f"() => document.querySelector('[data-testid=tab-{number}]').ariaSelected === 'true'")


def await_title(page, text):
    page.wait_for_function(
        "([svg, text]) => document.querySelector(svg)?.querySelector('title').textContent === text", arg=[DRAWING, text]
    )
    page.wait_for_function(STILL)


def test_tabs_choose_the_function_beside_the_training_function(page):
    tabs = page.get_by_role("tablist", name="Function on the right").get_by_role("tab")
    assert [node.inner_text() for node in tabs.all()] == ["encode", "decode", "reconstruct", "all"]
    await_title(page, "Training function and Test function: encode")
    tabs.nth(0).focus()
    page.keyboard.press("ArrowRight")
    await_title(page, "Training function and Test function: decode")
    assert "decode uses 4 of them" in page.locator(".tn-said").inner_text()
    page.keyboard.press("End")
    names = " and ".join(f"Test function: {name}" for name in ("encode", "decode", "reconstruct"))
    await_title(page, f"Training function and {names}")
    assert page.evaluate("() => document.activeElement.dataset.testid") == "tab-3"


def test_what_both_functions_have_moves_to_its_new_place_and_the_rest_fades(page):
    await_title(page, "Training function and Test function: encode")
    page.evaluate(
        """() => {
          window.moved = [];
          const animate = Element.prototype.animate;
          Element.prototype.animate = function (frames, options) {
            window.moved.push([this.dataset?.same ?? this.dataset?.ends, Object.keys(frames)[0]]);
            return animate.call(this, frames, options);
          };
        }"""
    )
    tab(page, 1)
    await_title(page, "Training function and Test function: decode")
    moved = dict(page.evaluate("() => window.moved"))
    assert moved["dec.h.W"] == moved["enc.h.W"] == "translate"  # into the middle, and out of it
    assert moved["left: dec.h · Dense 1"] == "translate" and moved["right: dec.h · Dense 1"] == "opacity"
    assert page.locator(".tn-leaving").count() == 0


def test_who_wants_less_motion_sees_none(page):
    await_title(page, "Training function and Test function: encode")
    page.emulate_media(reduced_motion="reduce")
    page.evaluate("() => { Element.prototype.animate = () => { throw Error('it moves'); }; }")
    tab(page, 1)
    await_title(page, "Training function and Test function: decode")


def test_the_inspector_lies_over_the_drawing_which_stays_where_it_is(page):
    tab(page, 1)
    await_title(page, "Training function and Test function: decode")
    frame = page.locator(".tn-frame")
    before, size = page.evaluate(WHERE, "v1"), frame.bounding_box()
    page.get_by_test_id("v1").click()
    page.wait_for_selector(".tn-inspector .tn-card")
    assert page.evaluate(WHERE, "v1") == before and frame.bounding_box() == size
    card, pill = page.locator(".tn-inspector").bounding_box(), page.get_by_test_id("v1").bounding_box()
    assert card["x"] >= pill["x"] + pill["width"] or card["x"] + card["width"] <= pill["x"]  # it covers no part of it
    tab(page, 2)  # what is chosen stays chosen
    await_title(page, "Training function and Test function: reconstruct")
    page.wait_for_selector(".tn-inspector .tn-card")
    assert page.locator(".tn-selected").get_attribute("data-same") == "dec.h.b"


def test_closing_the_inspector_gives_the_focus_back_and_escape_closes_it(page):
    tab(page, 1)
    await_title(page, "Training function and Test function: decode")
    for close in ("press", "click"):
        page.get_by_test_id("v0").click()
        page.wait_for_selector(".tn-inspector .tn-card")
        page.get_by_test_id("close-inspector").focus()
        if close == "press":
            page.keyboard.press("Escape")
        else:
            page.get_by_test_id("close-inspector").click()
        page.wait_for_selector(".tn-inspector", state="hidden")
        assert page.evaluate(FOCUSED) == "dec.h.W"


def test_two_hundred_layers_begin_legibly_and_a_map_steers_through_them(lab):
    page = lab.open(lab.write("deep", START, DEEP))
    seen, stage = page.locator(".tn-seen"), page.locator(".tn-stage")
    page.locator(".tn-widget").scroll_into_view_if_needed()
    assert page.evaluate(STAGE)[2] >= 1 and stage.bounding_box()["height"] <= 1120
    whole = float(page.locator(".tn-map").get_attribute("viewBox").split()[3])
    assert (
        page.locator(".tn-map .pill").last.bounding_box()["y"] > page.locator(".tn-map .pill").first.bounding_box()["y"]
    )
    assert whole > 10_000 and float(seen.get_attribute("height")) < whole / 8
    lab.look(page, "deep")
    box = page.locator(".tn-map").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + min(box["height"], 900) / 2)
    page.wait_for_function("() => document.querySelector('.tn-stage').scrollTop > 3000")
    assert float(seen.get_attribute("y")) > 3000
    page.get_by_test_id("fit").click()
    assert page.evaluate(STAGE)[:2] == [0, 0]


def test_one_finger_scrolls_the_page_and_two_move_and_enlarge_the_drawing(lab):
    name = lab.write("touch", START, FOUR)
    page = lab.open(name, has_touch=True, is_mobile=True)
    session = page.context.new_cdp_session(page)
    page.locator(".tn-stage").scroll_into_view_if_needed()
    lab.look(page, "touch")
    box = page.locator(".tn-stage").bounding_box()
    x, y = box["x"] + 150, 500

    def swipe(*fingers):
        for k in range(11):
            points = [
                {"x": a + (c - a) * k / 10, "y": b + (d - b) * k / 10, "id": i}
                for i, (a, b, c, d) in enumerate(fingers)
            ]
            session.send(
                "Input.dispatchTouchEvent", {"type": "touchMove" if k else "touchStart", "touchPoints": points}
            )
        session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    before = page.evaluate(WHERE, "g0n0")[1]
    swipe((x, y, x, y - 200))
    page.wait_for_function(f"([key, y]) => ({WHERE})(key)[1] < y - 100", arg=["g0n0", before])
    assert page.evaluate(STAGE) == [0, 0, 1]
    swipe((x + 100, y, x, y), (x + 200, y, x + 100, y))
    page.wait_for_function(f"() => ({STAGE})()[0] === 100")
    swipe((x + 80, y, x + 40, y), (x + 120, y, x + 160, y))
    page.wait_for_function(f"() => ({STAGE})()[2] > 2.5")


def test_on_a_narrow_page_tabs_turn_from_one_function_to_the_other_at_the_same_height(lab):
    page = lab.open(lab.write("narrow", START, GRAPHS))
    sides = page.get_by_role("tablist", name="Side in sight")
    assert not sides.is_visible()  # both fit side by side
    page.set_viewport_size({"width": 800, "height": 1000})
    sides.wait_for()
    height = page.evaluate(WHERE, "g1n1")[1]
    sides.get_by_role("tab").nth(1).click()
    page.wait_for_function(
        "(s) => s.scrollLeft === s.scrollWidth - s.clientWidth", arg=page.locator(".tn-stage").element_handle()
    )
    assert page.evaluate(WHERE, "g1n1")[1] == height
    sides.get_by_role("tab", selected=True).press("ArrowLeft")
    page.wait_for_function("() => document.querySelector('.tn-stage').scrollLeft === 0")
    page.wait_for_function("() => document.querySelector('.tn-sides [aria-selected=true]').dataset.testid === 'side-0'")
