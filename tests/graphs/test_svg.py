import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from pictures import Sketch, classifier, fractal, parameter, recurrent, residual, vae

from teachnn.graphs import Graph, Node, draw

SVG = "{http://www.w3.org/2000/svg}"
HERE = Path(__file__).parent


def svg_of(*graphs):
    return draw(*graphs).svg


def texts(svg):
    return ["".join(element.itertext()) for element in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def named(name):
    return Graph("f", "test", (Node(0, "call", name, "Dense", (1, 2)),), ())


@pytest.mark.parametrize("graphs", [vae()[:2], vae(), vae()[:1], vae()[1:3], classifier(), recurrent(), residual(3)])
def test_every_drawing_is_valid_xml_with_its_own_ground_and_words(graphs):
    root = ElementTree.fromstring(svg_of(*graphs))
    assert root.tag == f"{SVG}svg" and root.get("role") == "img"
    _, _, wide, high = root.get("viewBox", "").split()
    assert root.get("width") is root.get("height") is None and float(wide) >= 900, "a browser fits it into the page"
    ground = root.find(f"{SVG}rect")
    assert ground is not None and ground.get("class") == "ground"
    assert float(ground.get("width")) <= float(wide) and ground.get("height") == high
    assert root[0].tag == f"{SVG}title" and root[1].tag == f"{SVG}desc"
    assert "prefers-color-scheme:dark" in svg_of(*graphs)


def test_the_words_say_which_functions_there_are_and_what_they_share():
    root = ElementTree.fromstring(svg_of(*vae()[:2]))
    assert root[0].text == "Training function and Test function: decode"
    words = root[1].text or ""
    assert "Shared: dec.h.W (parameter, 2 × 256), dec.h.b (parameter, 256)" in words
    assert "They share no parameters." in (ElementTree.fromstring(svg_of(*vae()[1:3]))[1].text or "")


def test_more_than_two_functions_are_drawn_in_pairs_one_below_another():
    train, *others = vae()
    root = ElementTree.fromstring(svg_of(*others, train))  # in any order: the training function stands left
    pairs = [ElementTree.fromstring(svg_of(train, other)) for other in others]
    sizes = [[float(n) for n in (picture.get("viewBox") or "").split()[2:]] for picture in (root, *pairs)]
    assert sizes[0][0] == max(wide for wide, _ in sizes[1:])
    assert sizes[0][1] == pytest.approx(sum(high for _, high in sizes[1:]), abs=0.3)
    assert texts(svg_of(*others, train)) == [text for other in others for text in texts(svg_of(train, other))]
    named = ("Training function", *(f"Test function: {other.name}" for other in others))
    assert root[0].text == " and ".join(named)


def test_what_is_drawn_can_be_read():
    said = texts(svg_of(*vae()[:2]))
    for text in ("Training function", "Test function: decode", "4 of 10 · 202,256 of 404,244 numbers"):
        assert text in said
    assert "dec.hDense" in said and "dec.h.W" in said and "train" in said


def test_names_are_shown_as_text_and_never_as_markup():
    svg = svg_of(named("<script>alert(1)</script>"))
    assert "<script" not in svg and "<script>alert(1)</script>" in texts(svg)
    assert "a&b" in svg_of(named('a&b"c')).replace("&amp;", "&")


@pytest.mark.parametrize("name", ["a\x00b\x1b[31mc", "\ud800x", "\ufffe", "a\u202eb", "tab\tnew\nline", "名前 é 🙂"])
def test_characters_that_xml_forbids_are_left_out(name):
    svg = svg_of(named(name))
    ElementTree.fromstring(svg.encode())
    assert not set(svg) & set("\x00\x1b\ud800\ufffe\u202e")


def test_a_long_name_is_cut_in_the_middle_and_whole_in_its_title():
    name = "encoder." + "very_" * 50 + "deep.layer"
    root = ElementTree.fromstring(svg_of(named(name)))
    assert any(text.startswith("encoder.") and "…" in text and len(text) < 40 for text in texts(svg_of(named(name))))
    assert any(name in (title.text or "") for title in root.iter(f"{SVG}title"))
    assert float(root.get("width", "0")) < 500


def test_the_legend_explains_only_what_occurs():
    both, single, norm = (texts(svg_of(*graphs)) for graphs in (vae()[:2], vae()[:1], classifier()))
    assert "parameter, shared" in both and "parameter, one function only" in both
    assert "parameter, shared" not in single and "parameter" in single
    assert "statistic, shared" in norm and not any("statistic" in text for text in both)
    assert "gradient comes back" not in texts(svg_of(vae()[1])) and "no gradient" in texts(svg_of(vae()[1]))


def test_every_edge_of_a_test_function_is_dashed():
    svg = svg_of(vae()[1])
    assert 'class="edge dashed"' in svg and 'class="edge"' not in svg


def test_statistics_have_corners_and_parameters_are_round():
    svg = svg_of(*classifier())
    pills = [e for e in ElementTree.fromstring(svg).iter(f"{SVG}rect") if (e.get("class") or "").startswith("pill ")]
    assert {(e.get("class"), e.get("rx")) for e in pills if e.get("height") == "24"} == {
        ("pill parameter", "12"),
        ("pill statistic", "3"),
    }


def test_a_state_has_a_shape_of_its_own_and_a_dotted_way_back_and_the_legend_names_it():
    train, test = recurrent()
    svg = svg_of(train, test)
    assert svg.count('class="end state"') == 3, "where it goes in, where it comes out, and the legend"
    assert svg.count('class="link state"') == 1
    assert "state: comes out, goes into the next call" in texts(svg)
    assert "end state" not in svg_of(train).partition("</style>")[2]


def test_a_parameter_without_a_gradient_in_training_has_a_dashed_outline():
    s = Sketch("objective", "train")
    s.output("y", s.layer("Detached", s.input("x", 2, 4), (2, 4), "d", (parameter("d.W", 4, 4),), how="uses"), 2, 4)
    assert 'class="chip parameter fixed"' in svg_of(s.graph())


def test_the_style_touches_nothing_else_on_the_page():
    style = ElementTree.fromstring(svg_of(vae()[0])).find(f"{SVG}style")
    assert style is not None and style.text
    rules = style.text.replace("@media (prefers-color-scheme:dark){", "").split("}")
    assert all(rule.strip().startswith(".teachnn ") for rule in rules if rule.strip())


@pytest.mark.parametrize("graphs", [vae()[:2], classifier(), fractal()])
def test_two_drawings_of_one_thing_are_the_same_to_the_byte(graphs):
    assert svg_of(*graphs) == svg_of(*graphs)


def test_no_process_draws_differently():
    code = (
        "import hashlib, pictures, teachnn as tn;"
        "all = [*pictures.vae(), *pictures.classifier(), *pictures.fractal()];"
        "print(hashlib.sha256(tn.draw(*all).svg.encode()).hexdigest())"
    )
    path = os.pathsep.join([str(HERE.parents[1]), str(HERE.parent)])
    seen = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": path},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed in ("0", "1", "12345")
    }
    assert len(seen) == 1


def test_what_is_no_graph_is_refused():
    with pytest.raises(TypeError, match=r"^shared_parameters: expected graphs, got int; a function's "):
        svg_of(1)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"^shared_parameters: expected one graph or more, got none; "):
        svg_of()
