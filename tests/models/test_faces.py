"""The second case of the course: two networks, losses that are thrown away, and convolutions that stay."""

import numpy as np
import pytest

import teachnn as tn
from teachnn.models.faces import ANet, LNet, crops, in_parts, intersection_over_union, standardize

FACES = tn.data.drawn_faces(people=6, pictures=8, rng=tn.rng(0))
SCENES, TAGS = standardize(FACES.images), FACES.attributes.astype(np.float32)
CROPS = crops(FACES.images, FACES.boxes)[:, 0]


def lnet(seed=0):
    return LNet(attributes=10, rng=tn.rng(seed))


def anet(seed=0):
    return ANet(people=6, attributes=10, rng=tn.rng(seed))


def kernels(net):
    return set(net.convolutions.parameters)


def test_what_lnet_trains_on_is_scenes_and_tags_alone():
    net = lnet()
    train = net.train_function(tn.Adam())
    graph = train.graph(SCENES[:4], TAGS[:4])
    assert set(graph.parameters) == kernels(net) | set(net.head.parameters)
    assert float(train(SCENES[:4], TAGS[:4])) == pytest.approx(float(net.objective(SCENES[:4], TAGS[:4])), rel=0.5)


@pytest.mark.parametrize("stage", ["lnet", "who", "what"])
def test_a_tiny_set_is_learnt_by_heart(stage):
    if stage == "lnet":
        train, x, y = lnet().train_function(tn.Adam(3e-3)), SCENES, TAGS
    elif stage == "who":
        train, x, y = anet().identity_function(tn.Adam(2e-3)), CROPS, FACES.identities
    else:
        train, x, y = anet().attribute_function(tn.Adam(2e-3)), CROPS, TAGS
    history = train.fit(tn.data.batches(x, y, size=8, rng=tn.rng(1)), epochs=12, progress=False)
    assert history.loss[-6:].mean() < 0.8 * history.loss[:6].mean()


def test_training_and_test_functions_share_the_convolutions_and_nothing_else():
    locating, knowing = lnet(), anet()
    trained = [
        (locating, locating.train_function(tn.Adam()).graph(SCENES[:2], TAGS[:2])),
        (knowing, knowing.identity_function(tn.Adam()).graph(CROPS[:2], FACES.identities[:2])),
        (knowing, knowing.attribute_function(tn.Adam()).graph(CROPS[:2], TAGS[:2])),
    ]
    used = {locating: locating.respond.graph(SCENES[:2]), knowing: knowing.features.graph(CROPS[:2])}
    for net, graph in trained:
        assert set(tn.shared_parameters(graph, used[net])) == set(used[net].parameters) == kernels(net)
        assert set(graph.parameters) > kernels(net)


def test_what_one_stage_of_anet_learns_the_next_begins_with():
    net = anet()
    before = net.features(CROPS[:3])
    net.identity_function(tn.Adam(1e-2))(CROPS, FACES.identities)
    after = net.features(CROPS[:3])
    assert np.abs(after - before).max() > 1e-3
    heads = [net.who.W.value.copy(), net.what.W.value.copy()]
    net.attribute_function(tn.Adam(1e-2))(CROPS, TAGS)
    assert np.abs(net.features(CROPS[:3]) - after).max() > 1e-3
    assert (net.who.W.value == heads[0]).all() and (net.what.W.value != heads[1]).any()


def test_test_functions_change_nothing(state_of):
    one, other = lnet(), anet()
    variables = one.convolutions.parameters + other.convolutions.parameters
    before = state_of(variables)
    one.locate(SCENES[:5]), one.respond(SCENES[:5]), other.features(CROPS[:5])
    assert state_of(variables) == before


def test_every_test_function_has_the_shape_it_says():
    assert lnet().respond(SCENES[:3]).shape == (3, 12, 12) and lnet().locate(SCENES[:3]).shape == (3, 4)
    assert anet().features(CROPS[:3]).shape == (3, 64)
    assert len(in_parts(anet().features, CROPS, size=7)) == len(CROPS)


def test_the_box_is_around_the_region_that_responds():
    """A network that lets the scene through: its responses are the scene's own brightness."""
    net, scenes = lnet(), np.zeros((2, 64, 64, 1), np.float32)
    scenes[0, 20:44, 12:36] = scenes[1, 26:38, 28:44] = 1
    for parameter in net.convolutions.parameters:
        value = np.zeros(parameter.shape, np.float32)
        if value.ndim == 4:
            value[value.shape[0] // 2, value.shape[1] // 2, 0, 0] = 1
        object.__setattr__(parameter, "stored", value)
    large, small = net.locate(scenes, threshold=0.3)
    np.testing.assert_allclose([large[:2] + large[2:] / 2, small[:2] + small[2:] / 2], [(24, 32), (36, 32)], atol=3)
    np.testing.assert_allclose(large[2:], 24, atol=6)
    assert (large[2:] > small[2:] + 2).all()


def test_a_crop_in_the_middle_shows_what_the_scene_does():
    rng = np.random.default_rng(0)
    images = rng.random((2, 64, 64, 1)).astype(np.float32)
    side = 32 / 1.4  # so that a crop's pixels are the scene's
    box = np.array([[32 - side / 2, 32 - side / 2, side, side], [16 - side / 2, 26 - side / 2, side, side]])
    cut = crops(images, box, shifts=np.array([(0, 0), (0.25, -0.125)]))
    assert cut.shape == (2, 2, 32, 32, 1) and cut.dtype == np.float32
    np.testing.assert_allclose(cut[0, 0], standardize(images[:1, 16:48, 16:48])[0], atol=1e-4)
    np.testing.assert_allclose(cut[0, 1], standardize(images[:1, 12:44, 24:56])[0], atol=1e-4)
    np.testing.assert_allclose(cut[1, 0], standardize(images[1:, 10:42, 0:32])[0], atol=1e-4)


def test_beyond_the_scene_its_edge_goes_on():
    images = np.tile(np.arange(64, dtype=np.float32)[None, :, None, None], (1, 1, 64, 1))
    cut = crops(images, np.array([[-20.0, -20, 20, 20]]))[0, 0, :, :, 0]
    assert (cut[:16] == cut[0, 0]).all() and (np.diff(cut[28:, 0]) > 0).all()


def test_uint8_scenes_are_cropped_as_their_floats_are():
    one, other = crops(FACES.images, FACES.boxes), crops(FACES.images.astype(np.float32), FACES.boxes)
    np.testing.assert_allclose(one, other, atol=1e-5)


def test_one_known_box_a_scene_is_asked_for():
    with pytest.raises(tn.InputError, match=r"crops: expected boxes of shape \(48, 4\), got \(3, 4\)"):
        crops(FACES.images, FACES.boxes[:3])
    with pytest.raises(tn.InputError, match="crops: expected boxes that are known, got NaN"):
        crops(FACES.images, np.full((48, 4), np.nan))


def test_the_light_is_taken_away():
    x = np.random.default_rng(0).random((3, 8, 8, 1))
    y = standardize(x)
    np.testing.assert_allclose(y.mean(axis=(1, 2, 3)), 0, atol=1e-6)
    np.testing.assert_allclose(y.std(axis=(1, 2, 3)), 1, atol=0.01)
    np.testing.assert_allclose(standardize(100 * x + 20), y, atol=0.02)
    assert (standardize(np.full((1, 4, 4, 1), 9)) == 0).all()


@pytest.mark.parametrize(
    ("a", "b", "share"),
    [
        ((0, 0, 2, 2), (0, 0, 2, 2), 1),
        ((0, 0, 2, 2), (1, 0, 2, 2), 1 / 3),
        ((0, 0, 2, 2), (5, 5, 1, 1), 0),
        ((0, 0, 4, 4), (1, 1, 2, 2), 1 / 4),
        ((0, 0, 2, 2), (3, -3, 2, 2), 0),
    ],
)
def test_overlap_is_the_common_area_by_the_covered_one(a, b, share):
    assert intersection_over_union(np.array([a, b], float), np.array([b, a], float)) == pytest.approx([share, share])


@pytest.mark.parametrize("which", ["tags of scenes", "people", "tags of crops"])
def test_the_gradient_of_each_objective_is_right(which):
    """In float64, where the differences can be seen."""
    x, tags = SCENES[:2].astype(np.float64), TAGS[:2].astype(np.float64)
    crop = CROPS[:2].astype(np.float64)
    f, net = {
        "tags of scenes": (lambda net: lambda: net.objective(x, tags), lnet()),
        "people": (lambda net: lambda: net.identity_objective(crop, FACES.identities[:2]), anet()),
        "tags of crops": (lambda net: lambda: net.attribute_objective(crop, tags), anet()),
    }[which]
    assert tn.check_gradients(f(net), parameters=net.convolutions.parameters, limit=6) < 1e-5
