import itertools
import json
import sys
from dataclasses import asdict
from itertools import combinations

import pytest
from hypothesis import given, settings, strategies as st
from pictures import Sketch, classifier, dense, folded, fractal, parameter, recurrent, residual, vae

from teachnn.graphs import Edge, Graph, Node, Use
from teachnn.graphs.drawing.layout import arrange
from teachnn.graphs.drawing.picture import text_width
from teachnn.graphs.drawing.rows import rows_of

PAIRS = {
    "vae": lambda: vae()[:2],
    "single": lambda: vae()[:1],
    "four functions": vae,
    "nothing shared": lambda: vae()[1:3],
    "batch normalisation": classifier,
    "made from": folded,
    "fractal": fractal,
    "residual": lambda: residual(12),
    "state": recurrent,
    "state left": lambda: recurrent(1, 2)[1:],
    "four states": lambda: (*recurrent(2, 4), recurrent()[1]),
}
every_pair = pytest.mark.parametrize("graphs", [pytest.param(make(), id=name) for name, make in PAIRS.items()])


def boxes_of(picture):
    return {box.key: box for box in picture.boxes}


def samples(points, steps=12):
    """Points on the cubic Bezier curves of a link."""
    for k in range(0, len(points) - 1, 3):
        a, b, c, d = points[k : k + 4]
        for i in range(steps + 1):
            t, s = i / steps, 1 - i / steps
            w = s**3, 3 * s * s * t, 3 * s * t * t, t**3
            yield tuple(sum(wi * p[j] for wi, p in zip(w, (a, b, c, d), strict=True)) for j in (0, 1))


def inside(point, thing, margin=1.0):
    x, y = point
    within = thing.x + margin < x < thing.x + thing.width - margin
    return within and thing.y + margin < y < thing.y + thing.height - margin


def overlap(a, b):
    apart = a.x + a.width <= b.x or b.x + b.width <= a.x or a.y + a.height <= b.y or b.y + b.height <= a.y
    return not apart


def check(picture):
    """All that must hold in every picture."""
    things = [*picture.boxes, *picture.pills]
    by_row = {}
    for thing in things:
        for band in range(int(thing.y // 200), int((thing.y + thing.height) // 200) + 1):
            by_row.setdefault(band, []).append(thing)
    for near in by_row.values():
        for a, b in combinations(near, 2):
            assert not overlap(a, b), (a, b)
    for thing in things:
        assert 0 <= thing.x and thing.x + thing.width <= picture.width
        assert 0 <= thing.y and thing.y + thing.height <= picture.height
    functions = [panel for panel in picture.panels if panel.kind != "shared"]
    for box in picture.boxes:
        panel = functions[box.graph]
        assert panel.x < box.x and box.x + box.width < panel.x + panel.width
        assert panel.y < box.y and box.y + box.height < panel.y + panel.height
    overview = len(functions) > 2
    for link in picture.links:
        for point in samples(link.points):
            assert 0 <= point[0] <= picture.width and 0 <= point[1] <= picture.height
            for thing in by_row.get(int(point[1] // 200), ()):
                if overview and link.kind != "edge" and thing in picture.boxes:
                    continue  # there a line runs level, and behind the boxes in its way
                assert thing.key in (link.source, link.target) or not inside(point, thing), (link, thing)
    boxes = boxes_of(picture)
    for link in picture.links:
        if link.kind == "edge":
            heights = [y for _, y in samples(link.points)]
            assert heights == sorted(heights)
            assert boxes[link.source].y + boxes[link.source].height < boxes[link.target].y


@every_pair
def test_nothing_overlaps_or_leaves_its_panel_and_no_line_runs_through_a_box(graphs):
    check(arrange(graphs))


@every_pair
def test_a_picture_is_plain_data(graphs):
    picture = arrange(graphs)
    assert json.loads(json.dumps(asdict(picture)))["width"] == picture.width


@pytest.mark.parametrize("graphs", [vae()[:2], classifier(), fractal(), residual(12)])
def test_calls_that_share_their_variables_stand_at_the_same_height(graphs):
    boxes = boxes_of(arrange(graphs))
    left, right = graphs
    for a in left.nodes:
        for b in right.nodes:
            if a.uses and [u.variable for u in a.uses] == [u.variable for u in b.uses]:
                one, other = boxes[f"g0n{a.index}"], boxes[f"g1n{b.index}"]
                assert one.y == other.y and one.height == other.height


def test_a_layer_without_parameters_between_two_shared_ones_is_level_too():
    relu = [box for box in arrange(vae()[:2]).boxes if box.title == "ReLU"]
    assert relu[1].y == relu[2].y


def test_an_input_stands_just_above_the_first_call_that_uses_it():
    boxes = boxes_of(arrange(vae()[:2]))
    rows = rows_of(vae()[:2])
    assert boxes["g1n0"].title == "z" and rows[1][:2] == [4, 5]
    labels = next(box for box in arrange(classifier()).boxes if box.title == "y")
    out = next(box for box in arrange(classifier()).boxes if box.title == "out")
    assert labels.y + labels.height / 2 == out.y + out.height / 2


def test_a_chain_is_a_straight_line():
    for link in arrange(vae()[1:2]).links:
        assert max(x for x, _ in link.points) - min(x for x, _ in link.points) < 0.11  # boxes stand on tenths


def test_the_main_way_of_a_residual_chain_is_straight_and_the_skips_are_too():
    picture = arrange(residual(12)[:1])
    assert len({round(box.x + box.width / 2) for box in picture.boxes}) == 1
    skips = {round(min(x for x, _ in link.points)) for link in picture.links if len(link.points) > 4}
    assert len(skips) == 1


def test_a_state_goes_back_to_its_input_in_the_outer_margin_of_its_panel():
    picture = arrange(recurrent(states=2))
    panel, boxes = picture.panels[1], boxes_of(picture)
    loops = [link for link in picture.links if link.kind == "state"]
    assert [(boxes[link.source].title, boxes[link.target].title) for link in loops] == [
        ("state 0",) * 2,
        ("state 1",) * 2,
    ]
    assert [boxes[link.source].kind for link in loops] == ["output", "output"]
    sides = [max(x for x, _ in link.points) for link in loops]
    widest = max(box.x + box.width for box in picture.boxes)
    assert widest < min(sides) and max(sides) < panel.x + panel.width and len(set(sides)) == 2
    assert all(link.points[-1][1] < boxes[link.target].y for link in loops)


def test_a_state_that_only_comes_out_has_no_way_back():
    read = Sketch("read", "test")
    read.add("output", "cache", "state", (1, 4), read.input("prompt", 1, 4))
    assert not [link for link in arrange([read.graph()]).links if link.kind == "state"]


def test_a_fork_is_symmetric():
    boxes = {box.title: box for box in arrange(vae()[:1]).boxes if box.title != "ReLU"}
    relu = next(box for box in arrange(vae()[:1]).boxes if box.title == "ReLU")
    middle = sum(boxes[name].x + boxes[name].width / 2 for name in ("mean", "log_variance")) / 2
    assert relu.x + relu.width / 2 == pytest.approx(middle, abs=0.2)


def test_in_an_overview_a_line_runs_level_from_the_shared_column_on_and_no_two_run_along_the_same_height():
    picture = arrange(vae())
    start = next(panel for panel in picture.panels if panel.kind == "shared")
    boxes, heights = boxes_of(picture), {}
    for link in picture.links:
        ends = [key for key in (link.source, link.target) if key in boxes]
        if link.kind == "edge" or boxes[ends[0]].graph < 2:
            continue
        beyond = {round(y, 1) for x, y in link.points if x > start.x + start.width}
        assert len(beyond) == 1
        heights.setdefault(beyond.pop(), set()).update({link.source, link.target}.difference(boxes))
    assert heights and all(len(pills) == 1 for pills in heights.values())


def test_every_shared_variable_is_linked_to_each_of_its_users():
    graphs = classifier()
    picture = arrange(graphs)
    ends = {(link.source, link.target) for link in picture.links if link.kind != "edge"}
    pills = {pill.label: pill.key for pill in picture.pills}
    assert sorted(pills) == ["bn.beta", "bn.gamma", "bn.mean", "bn.variance", "h.W", "h.b", "out.W", "out.b"]
    assert len(ends) == 16
    writer = next(f"g0n{node.index}" for node in graphs[0].nodes if node.name == "bn")
    reader = next(f"g1n{node.index}" for node in graphs[1].nodes if node.name == "bn")
    assert (writer, pills["bn.mean"]) in ends and (pills["bn.mean"], reader) in ends


def test_parameters_stand_above_the_statistics_of_their_layer_whatever_was_used_first():
    s, norm = Sketch("objective", "train"), [u.variable for u in classifier()[0].nodes[3].uses]
    s.output("y", s.layer("BatchNorm", s.input("x", 2, 256), (2, 256), "bn", norm[::-1], mode="train"), 2, 256)
    one = s.graph()
    assert [chip.kind for chip in arrange([one]).boxes[1].chips] == ["parameter"] * 2 + ["statistic"] * 2
    pills = sorted(arrange([one, one]).pills, key=lambda pill: pill.y)
    assert [pill.kind for pill in pills] == ["parameter"] * 2 + ["statistic"] * 2


def test_only_statistics_have_arrow_heads_on_their_links():
    picture = arrange(classifier())
    assert all(bool(link.arrow) == (link.kind != "parameter") for link in picture.links)


def test_what_is_made_from_another_functions_variables_stands_between_them_and_is_not_shared():
    graphs = folded()
    picture, boxes = arrange(graphs), boxes_of(arrange(graphs))
    pills = {(pill.kind, pill.label): pill for pill in picture.pills}
    assert set(pills) == {("derived", "h.W"), ("derived", "h.b"), ("parameter", "out.W"), ("parameter", "out.b")}
    W = pills["derived", "h.W"]
    assert W.about == "h.W (derived, 784 × 256, made from h.W, bn.gamma, bn.variance)"
    ways = [(link, [boxes[k] for k in (link.source, link.target) if k in boxes]) for link in picture.links]
    mine = [(link.solid, box.title, box.graph) for link, (box, *_) in ways if W.key in (link.source, link.target)]
    assert sorted(mine) == [(False, "bn", 0), (False, "h", 0), (True, "h", 1)]
    assert all(link.arrow for link in picture.links if link.kind == "derived")
    lines = next(panel.lines for panel in picture.panels if panel.kind == "shared")
    assert lines[0].startswith("2 of 6 · ") and lines[1].startswith("2 made from 6 arrays · ")
    first, second = (next(box for box in picture.boxes if box.title == "h" and box.graph == g) for g in (0, 1))
    assert first.y + first.height / 2 == second.y + second.height / 2


def test_what_one_function_alone_uses_is_a_chip_in_its_box():
    picture = arrange(vae()[:2])
    chips = {box.title: [chip.label for chip in box.chips] for box in picture.boxes if box.chips}
    assert chips == {"enc.h": ["W", "b"], "mean": ["W", "b"], "log_variance": ["W", "b"]}
    for box in picture.boxes:
        for a, b in combinations(box.chips, 2):
            assert not overlap(a, b)
        for chip in box.chips:
            assert 0 < chip.x and chip.x + chip.width < box.width and 33 < chip.y and chip.y + chip.height < box.height


def test_the_words_of_a_box_fit_into_it():
    for box in arrange(vae()).boxes:
        line = text_width(box.title, 13, True) + text_width(box.type, 13) + (48 if box.mode else 0)
        assert line < box.width and text_width(box.detail, 11) < box.width


def test_the_heading_counts_what_is_shared():
    shared = arrange(vae()[:2]).panels[-1]
    assert (shared.title, shared.lines) == ("Shared parameters", ("4 of 10 · 202,256 of 404,244 numbers",))
    assert arrange(classifier()).panels[-1].lines[1] == "2 statistics"
    assert arrange(vae()[1:3]).panels[-1].title == "No shared parameters"
    assert [panel.kind for panel in arrange(vae()[:1]).panels] == ["train"]


def test_the_training_function_stands_left_whatever_the_order():
    train, test = vae()[:2]
    assert arrange([test, train]) == arrange([train, test])
    assert [panel.title for panel in arrange([test, train]).panels[:2]] == [
        "Training function",
        "Test function: decode",
    ]


def test_a_parameter_that_is_used_but_not_trained_is_marked_in_a_training_function():
    v = dense("frozen", 4, 4)
    s = Sketch("objective", "train")
    s.output("y", s.layer("Detached", s.input("x", 2, 4), (2, 4), "frozen", v, how="uses"), 2, 4)
    picture = arrange([s.graph()])
    assert all(chip.fixed for box in picture.boxes for chip in box.chips)
    assert "fixed" in [entry.key for entry in picture.legend]


def test_many_shared_variables_in_one_row_are_merged_layer_by_layer():
    pills = arrange(fractal(3, 1)).pills
    assert len(pills) == 7 and {pill.label for pill in pills} >= {"block0.c3", "block0.a.c2"}
    assert "block0.c3.W" in pills[2].about


def test_the_order_in_which_a_call_uses_its_variables_does_not_matter():
    v = parameter("n.gamma", 4), parameter("n.beta", 4)
    graphs = []
    for kind, used in (("train", v), ("test", v[::-1])):
        s = Sketch(kind, kind)
        x = s.input("x", 2, 4)
        x = s.layer("ReLU", x, (2, 4)) if kind == "train" else x
        s.output("y", s.layer("LayerNorm", x, (2, 4), "n", used), 2, 4)
        graphs.append(s.graph())
    assert rows_of(graphs) == [[0, 1, 2, 3], [1, 2, 3]]


def test_a_function_without_a_name_of_its_own_has_a_short_title():
    nodes = (Node(0, "input", "x", "", (1,)),)
    for name in ("", "<lambda>", "test function"):
        assert arrange([Graph(name, "test", nodes, ())]).panels[0].title == "Test function"


def test_layers_in_opposite_orders_are_drawn_all_the_same():
    a, b = dense("a", 4, 4), dense("b", 4, 4)
    graphs = []
    for kind, order in (("train", (a, b)), ("test", (b, a))):
        s = Sketch(kind, kind)
        x = s.input("x", 2, 4)
        for v in order:
            x = s.layer("Dense", x, (2, 4), v[0].name[0], v)
        s.output("y", x, 2, 4)
        graphs.append(s.graph())
    picture = arrange(graphs)
    check(picture)
    y = {(box.graph, box.title): box.y for box in picture.boxes}
    assert (y[0, "a"] == y[1, "a"]) != (y[0, "b"] == y[1, "b"])


def test_a_layer_called_three_times_is_matched_call_by_call():
    v = dense("cell", 4, 4)
    graphs = []
    for kind, times in (("train", 3), ("test", 2)):
        s = Sketch(kind, kind)
        x = s.input("x", 2, 4)
        for _ in range(times):
            x = s.layer("Dense", x, (2, 4), "cell", v)
        s.output("y", x, 2, 4)
        graphs.append(s.graph())
    picture = arrange(graphs)
    check(picture)
    assert rows_of(graphs) == [[0, 1, 2, 3, 4], [0, 1, 2, 3]]
    assert sum(link.kind == "parameter" for link in picture.links) == 10


def test_a_circle_is_refused():
    nodes = tuple(Node(i, "call", f"n{i}", "Dense", (1,)) for i in range(2))
    graph = Graph("f", "test", nodes, (Edge(0, 1, False), Edge(1, 0, False)))
    with pytest.raises(ValueError, match=r"^arrange: expected edges that go .*, got a circle; "):
        arrange([graph])
    with pytest.raises(ValueError, match=r"^arrange: expected one graph or more, got none; "):
        arrange([])


def test_the_work_of_laying_out_a_chain_grows_as_the_chain_does():
    """Ten times as many boxes take about ten times as many calls of functions: a clock would count other work too."""
    calls = []
    for blocks in (10, 100):
        graphs, count = residual(blocks), itertools.count()
        sys.setprofile(lambda frame, event, argument, count=count: event.endswith("call") and next(count))
        try:
            picture = arrange(graphs)
        finally:
            sys.setprofile(None)
        calls.append(next(count))
        assert len(picture.boxes) == 2 * (4 * blocks + 2)
        check(picture)
    assert 5 * calls[0] < calls[1] < 12 * calls[0]


@st.composite
def random_graphs(draw):
    variables = [parameter(f"v{i}", i + 1) for i in range(6)]
    graphs = []
    for g in range(draw(st.integers(1, 3))):
        kind = draw(st.sampled_from(["train", "test"]))
        count = draw(st.integers(1, 14))
        nodes, edges = [], []
        for i in range(count):
            used = draw(st.lists(st.sampled_from(variables), max_size=2, unique=True))
            uses = tuple(Use(v, "trains" if kind == "train" else "uses") for v in used)
            sources = draw(st.lists(st.integers(0, i - 1), max_size=3, unique=True)) if i else []
            edges += [Edge(source, i, draw(st.booleans())) for source in sources]
            kinds = "call" if sources else "input"
            nodes.append(Node(i, kinds, draw(st.text(max_size=40)), "Dense", (3,) * (i % 4), None, uses))
        graphs.append(Graph(f"f{g}", kind, tuple(nodes), tuple(edges)))
    return graphs


@settings(max_examples=60, deadline=None)
@given(random_graphs())
def test_no_graph_whatever_makes_boxes_overlap(graphs):
    picture = arrange(graphs)
    check(picture)
    assert picture == arrange(graphs)
