"""Every widget in a real JupyterLab: moved by keyboard and pointer, in both themes, saved and opened again."""

from pathlib import Path

import pytest
from driven_lab import AXE, AXE_CORE, FAINT, UNNAMED, await_frame, frames
from widget_cells import COCKPIT, EXPLORER, GRAPHS, LENS, MOVING, NET, NET_GRAPHS, PAD, PATHS, START, STEPPER, VIEW

# Once it has trained: as many steps from the same seed, with no page and no other thread beside them.
ALONE = f"""
if train.steps:
    alone = {{}}
    exec({START!r}, alone)
    endless = (batch for epoch in range(10**6) for batch in alone["batches"])
    for _ in range(train.steps):
        alone["train"].history.append(alone["train"](*next(endless)))
    mine, its = vae.parameters, alone["vae"].parameters
    print(
        explorer.z,
        "the same losses", alone["train"].history.loss.tolist() == train.history.loss.tolist(),
        "the same parameters", all((a.value == b.value).all() for a, b in zip(mine, its, strict=True)),
        "the same picture", explorer.image == explorer._pictures(np.array([explorer.z], np.float32)).tobytes(),
    )
"""


def test_every_widget_has_names_for_its_controls_and_legible_text_in_either_theme(lab):
    cells = [GRAPHS, COCKPIT, EXPLORER, PAD, LENS, VIEW, PATHS, MOVING, STEPPER, NET_GRAPHS]
    page = lab.open(lab.write("all", START, NET, *cells))
    page.add_script_tag(path=AXE_CORE)
    widgets = page.locator(".tn-widget")
    assert widgets.count() == len(cells)
    page.get_by_test_id("v1").first.click()
    page.wait_for_selector(".tn-inspector .tn-card")
    for theme in ("light", "dark"):
        lab.wear(page, theme)
        for i in range(len(cells)):
            widgets.nth(i).scroll_into_view_if_needed()
            lab.look(page, f"{i}-{theme}")
        page.mouse.move(0, 0)  # whoever points at a part of the drawing sees the rest of it faint
        page.evaluate("() => document.activeElement.blur()")
        page.wait_for_function("() => document.getAnimations().length === 0")
        assert page.evaluate(UNNAMED) == [], theme
        assert page.evaluate(FAINT) == [], theme
        assert page.evaluate(AXE) == [], theme
    assert page.locator(".tn-alert:visible").count() == 0
    assert page.locator(".tn-widget script").count() == 0  # a name that looks like markup is text


def test_faint_text_in_a_drawing_and_a_control_without_a_name_are_noticed(lab):
    page = lab.open(lab.write("faint", START, GRAPHS))
    page.add_script_tag(path=AXE_CORE)
    # Faint in either theme.
    page.add_style_tag(content=".tn-stage .end-text { fill: rgb(120, 120, 120) !important; }")
    page.evaluate(
        """() => {
          const fit = document.querySelector('[data-testid=fit]');
          fit.replaceChildren();
          for (const name of ['aria-label', 'title']) fit.removeAttribute(name);
        }"""
    )
    assert {text[:6] for text in page.evaluate(FAINT)} == {"<tspan"}
    assert [fault.split(":")[0] for fault in page.evaluate(AXE)] == ["button-name"]
    assert len(page.evaluate(UNNAMED)) == 1


@pytest.mark.parametrize("subshells", ["perCommTarget", pytest.param("disabled", marks=pytest.mark.long)])
def test_a_slider_moved_by_keyboard_changes_the_picture_and_the_point(lab, subshells):
    lab.subshells(subshells)
    page = lab.open(lab.write("keys", START, EXPLORER))
    before, slider = frames(page, ".tn-picture"), page.get_by_test_id("z1")
    slider.focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    page.wait_for_function("() => document.querySelector('[data-testid=z1]').value === '0.1'")
    await_frame(page, ".tn-picture", before)
    plane = page.get_by_test_id("plane")
    box = plane.bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.75, box["y"] + box["height"] * 0.25)
    page.wait_for_function("() => Math.abs(document.querySelector('[data-testid=z1]').value - 1.5) < 0.05")
    plane.focus()
    page.keyboard.press("ArrowUp")
    page.wait_for_function("() => Math.abs(document.querySelector('[data-testid=z2]').value - 1.6) < 0.05")
    page.get_by_test_id("pick-3").click()
    page.wait_for_selector(".tn-ellipse:visible")


def test_the_cockpit_plays_pauses_steps_and_resets_and_the_pictures_move_under_still_sliders(lab):
    page = lab.open(lab.write("cockpit", START, COCKPIT, EXPLORER, GRAPHS))
    step = "() => Number(document.querySelector('[data-name=step]').textContent.replace(',', ''))"
    page.get_by_test_id("step").click()
    page.wait_for_function(f"() => ({step})() === 1")
    before = frames(page, ".tn-picture")
    page.get_by_test_id("play").click()
    await_frame(page, ".tn-picture", before + 2)
    page.wait_for_function("() => Number(document.querySelector('.tn-stage').dataset.glowing) === 10")  # each parameter
    page.get_by_test_id("play").click()
    page.wait_for_function("() => document.querySelector('.tn-reason').textContent === 'Paused.'")
    stopped = page.evaluate(step)
    assert stopped > 1
    page.wait_for_function("() => document.querySelector('.tn-stage').dataset.glowing === '0'")
    assert page.evaluate(step) == stopped
    page.locator(".tn-training-cockpit").get_by_test_id("reset").click()
    page.wait_for_function(f"() => ({step})() === 0")


def test_two_clicks_at_once_are_play_and_pause(lab):
    page = lab.open(lab.write("twice", START, COCKPIT))
    page.evaluate("() => { for (const i of [1, 2]) document.querySelector('[data-testid=play]').click(); }")
    page.wait_for_function("() => document.querySelector('.tn-reason').textContent === 'Paused.'")
    assert page.get_by_test_id("play").get_attribute("aria-pressed") == "false"


def test_while_it_trains_another_cell_answers_and_the_stop_button_stops_it_and_says_so(lab):
    page = lab.open(lab.write("alive", START, COCKPIT, "if cockpit.train.steps: print('cell ran at', cockpit.running)"))
    page.get_by_test_id("play").click()
    page.wait_for_function("() => document.querySelector('[data-name=step]').textContent !== '0'")
    page.locator(".jp-Notebook-cell .cm-content").last.click()
    lab.execute(page, "notebook:run-cell")
    page.wait_for_function("() => document.body.textContent.includes('cell ran at True')")
    lab.execute(page, "notebook:interrupt-kernel")
    page.wait_for_function("() => document.querySelector('.tn-reason').textContent.includes('kernel was interrupted')")


def test_a_graph_is_searched_by_keyboard_inspected_and_shown_at_another_depth(lab):
    page = lab.open(lab.write("graphs", START, GRAPHS))
    page.get_by_test_id("v1").hover()
    assert page.locator(".tn-told").inner_text().startswith("dec.h.b (parameter, 64)")
    assert page.locator("[data-key].tn-lit").count() == 3  # itself, and its layer in both graphs
    page.get_by_test_id("v1").click()
    page.wait_for_selector(".tn-inspector .tn-card")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.querySelector('.tn-card h3').textContent === 'dec.out.W'")
    page.keyboard.press("Escape")
    page.wait_for_selector(".tn-inspector", state="hidden")
    page.get_by_test_id("depth").select_option("0")
    page.wait_for_function("() => document.querySelector('.tn-stage').textContent.includes('binary_cross_entropy')")
    drawing = page.locator(".tn-stage svg:not(.tn-leaving)")
    before = drawing.get_attribute("style")
    page.get_by_test_id("zoom-in").click()
    assert drawing.get_attribute("style") != before


def test_a_digit_is_drawn_with_the_pointer_and_with_the_keyboard(lab):
    page = lab.open(lab.write("pad", START, NET, PAD))
    pad, before = page.get_by_test_id("pad"), frames(page, ".tn-digit")
    box = pad.bounding_box()
    page.mouse.move(box["x"] + 50, box["y"] + 30)
    page.mouse.down()
    page.mouse.move(box["x"] + 120, box["y"] + 140, steps=6)
    page.mouse.up()
    await_frame(page, ".tn-digit", before)
    page.get_by_test_id("clear").click()
    page.wait_for_selector(".tn-hint:visible")
    pad.focus()
    page.keyboard.press(" ")
    for _ in range(6):
        page.keyboard.press("ArrowDown")
    lit = "() => [...document.querySelector('.tn-digit').getContext('2d').getImageData(0, 0, 28, 28).data]"
    page.wait_for_function(f"() => ({lit})().filter((v, i) => i % 4 === 0 && v > 128).length > 20")


@pytest.mark.long
def test_two_views_of_one_model_show_the_same_and_a_closed_one_goes(lab):
    page = lab.open(lab.write("views", START, EXPLORER, "explorer", "explorer.move([1, 1])"))
    page.wait_for_function(
        "() => [...document.querySelectorAll('[data-testid=z1]')].every((node) => node.value === '1')"
    )
    assert page.locator(".tn-latent-explorer").count() == 2


@pytest.mark.parametrize(
    ("cell", "seen"),
    [pytest.param(EXPLORER, ".tn-picture", marks=pytest.mark.long), (GRAPHS, ".tn-stage svg")],
    ids=["pixels", "svg"],
)
def test_a_saved_notebook_shows_the_widget_again_though_its_kernel_is_gone(lab, cell, seen):
    name = lab.write("saved", START, cell)
    page = lab.open(name)
    page.wait_for_selector(".tn-widget")
    lab.execute(page, "docmanager:save")
    page.evaluate("() => window.jupyterapp.serviceManager.sessions.shutdownAll()")
    again = lab.open(name, run=False)
    again.wait_for_selector(seen)
    assert "Error" not in again.locator(".jp-OutputArea-output").last.inner_text()


def test_a_thousand_events_while_it_trains_end_with_the_last_value_and_leave_every_loss_as_it_was(lab):
    page = lab.open(lab.write("storm", START, "cockpit = tw.TrainingCockpit(train, batches)\ncockpit", EXPLORER, ALONE))
    logged = Path(lab.log.name).stat().st_size
    page.get_by_test_id("play").click()
    page.wait_for_function("() => document.querySelector('[data-name=step]').textContent !== '0'")
    page.evaluate(
        """async () => {
          const slider = document.querySelector('[data-testid=z2]');
          for (let i = 1; i <= 1000; i++) {
            slider.value = -3 + (6 * i) / 1000;
            slider.dispatchEvent(new Event('input'));
            if (i % 3 === 0) await new Promise((next) => requestAnimationFrame(next));
          }
        }"""
    )
    page.wait_for_function("() => document.querySelector('[data-testid=z2]').value === '3'")
    page.wait_for_function("() => document.querySelector('.tn-point').style.top === '0%'")
    page.get_by_test_id("play").click()
    page.wait_for_function("() => document.querySelector('.tn-reason').textContent === 'Paused.'")
    page.locator(".jp-Notebook-cell .cm-content").last.click()
    lab.execute(page, "notebook:run-cell")
    compared = page.locator(".jp-OutputArea-output", has_text="the same losses")
    compared.wait_for()
    assert "[0.0, 3.0] the same losses True the same parameters True the same picture True" in compared.inner_text()
    assert page.locator(".tn-alert:visible").count() == 0
    assert "Traceback" not in Path(lab.log.name).read_text()[logged:]


def test_a_moving_picture_follows_its_slider_by_keyboard(lab):
    page = lab.open(lab.write("moving", START, MOVING))
    page.wait_for_function("() => Number(document.querySelector('.tn-moving-picture img').dataset.frame) > 0")
    before = frames(page, ".tn-moving-picture img")
    page.get_by_test_id("center").focus()
    page.keyboard.press("ArrowRight")
    await_frame(page, ".tn-moving-picture img", before)
    assert page.get_by_test_id("center").input_value() == "0.04"
    assert page.locator(".tn-moving-picture img").get_attribute("alt") == "height by x"


def test_the_paths_of_another_batch_and_of_a_column_are_shown_by_keyboard(lab):
    page = lab.open(lab.write("paths", START, PATHS))
    units, before = page.locator(".tn-wall .live[data-unit]"), page.locator(".tn-said").inner_text()
    page.get_by_test_id("batch").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("(before) => document.querySelector('.tn-said').textContent !== before", arg=before)
    page.get_by_test_id("next").click()
    page.wait_for_function("() => document.querySelector('.tn-said').textContent.startsWith('Batch 3')")
    page.get_by_test_id("function").select_option("column 2")
    page.wait_for_function("() => document.querySelectorAll('.tn-wall .live[data-unit]').length === 4")
    assert units.count() == 4 and page.get_by_test_id("batch").is_disabled()
    lab.look(page, "paths")


def test_a_sentence_says_between_which_classes_the_picture_is(lab):
    cell = "likely = np.zeros((1, 10)); likely[0, [4, 9]] = 0.5, 0.45\n"
    page = lab.open(lab.write("said", START, cell + "tw.LatentExplorer(vae.decode, classify=lambda pictures: likely)"))
    page.get_by_test_id("z1").fill("0.6")
    page.locator(".tn-said", has_text="z1 = 0.60, z2 = 0.00: between a 4 and a 9.").wait_for()


def test_a_long_logarithmic_axis_has_six_ticks_at_most_and_says_powers_of_ten(lab):
    blown = "cockpit.curves = {'steps': [1, 2, 3], 'training': {'loss': [1e-6, 1e3, 1e14]}, 'test': []}"
    page = lab.open(lab.write("log", START, COCKPIT, f"{blown}\ncockpit.logarithmic = True"))
    page.wait_for_function("() => document.querySelector('[data-testid=log]').ariaPressed === 'true'")
    powers = page.locator(".tn-tick", has=page.locator("tspan"))
    assert 3 <= powers.count() <= 6 and "10−6" in [tick.text_content() for tick in powers.all()]


def test_a_readers_own_colours_leave_bars_and_pressed_buttons_to_be_seen(lab):
    page = lab.open(lab.write("forced", START, NET, COCKPIT, PAD, VIEW))
    page.get_by_test_id("log").click()
    page.wait_for_function("() => document.querySelector('[data-testid=log]').ariaPressed === 'true'")
    page.emulate_media(forced_colors="active")
    ground = "(what) => getComputedStyle(document.querySelector(what)).background"
    for one, other in [
        ("[data-testid=log]", "[data-testid=reset]"),
        (".tn-bar", ".tn-track"),
        (".tn-progress div", ".tn-progress"),
        ("[aria-pressed=true][data-testid^=show]", "[aria-pressed=false][data-testid^=show]"),
    ]:
        assert page.evaluate(ground, one) != page.evaluate(ground, other), one
    assert "gradient" in page.evaluate(ground, ".tn-colours")
    lab.look(page, "forced")


def test_a_text_is_typed_stepped_undone_and_seen_from_any_of_its_tokens_by_keyboard(lab):
    page = lab.open(lab.write("stepper", START, STEPPER))
    written = lambda n: page.wait_for_function(  # noqa: E731
        "(n) => document.querySelectorAll('.tn-strip button').length === n", arg=n
    )
    page.get_by_test_id("prompt").fill("")
    page.get_by_test_id("prompt").press_sequentially("1dd0+")  # keys of JupyterLab's own, which would delete the cell
    page.keyboard.press("Enter")
    written(5)
    assert "".join(page.locator(".tn-strip button").all_inner_texts()) == "1dd0+"
    for n in (6, 7):
        page.get_by_test_id("draw").press("Enter")
        written(n)
    wide = "() => document.querySelector('.tn-kept').width"
    assert page.evaluate(wide) == 7  # a column of the cache for each token
    page.locator(".tn-strip [aria-selected=true]").press("ArrowLeft")
    page.wait_for_function("() => document.querySelector('.tn-said').textContent.startsWith('After token 6')")
    assert page.evaluate("() => document.activeElement.ariaSelected") == "true"  # the focus went along
    assert page.locator(".tn-taken").count() == 1
    page.get_by_test_id("take-2").press("Enter")  # another token there: the text goes on from it
    page.wait_for_function("() => document.querySelector('.tn-said').textContent.startsWith('After token 7')")
    page.get_by_test_id("temperature").press("Home")
    page.locator("[data-testid=take-0] .tn-value", has_text="1.00").wait_for()
    page.get_by_test_id("undo").press("Enter")
    written(6)
    page.get_by_test_id("restart").press("Enter")
    written(5)
    assert page.evaluate(wide) == 5 and page.get_by_test_id("undo").is_disabled()
    page.get_by_test_id("prompt").fill("1?")
    page.get_by_test_id("read").click()
    page.locator(".tn-alert", has_text="got '?'").wait_for()
    assert "".join(page.locator(".tn-strip button").all_inner_texts()) == "1dd0+"  # what was there stays
