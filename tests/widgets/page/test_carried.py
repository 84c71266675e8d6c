"""Functions as plain data: JSON that a page can read, each array once."""

import base64
import json

import numpy as np

import teachnn as tn
from teachnn.models.vae import VAE
from teachnn_widgets.page.carried import Store, carried

Z = np.zeros((2, 2), np.float32)


def test_a_program_is_plain_json_with_its_arrays_in_the_store():
    vae, store = VAE(2, tn.rng(0), hidden=4), Store()
    data = json.loads(json.dumps(carried(tn.export.program(vae.decode, Z), store), allow_nan=False))
    assert data["name"] == "decode" and data["inputs"] == [{"name": "z", "shape": [None, 2]}]
    key = data["arrays"]["dec.h.W"]
    numbers = np.frombuffer(base64.b64decode(store.arrays[key]["data"]), "<f4").reshape(store.arrays[key]["shape"])
    assert numbers.tobytes() == vae.decoder[0].W.value.tobytes()


def test_functions_share_their_parameters_in_the_store():
    vae, store = VAE(2, tn.rng(0), hidden=4), Store()
    x = np.zeros((1, 28, 28), np.float32)
    carried(tn.export.program(vae.decode, Z), store)
    before = len(store.arrays)
    whole = carried(tn.export.program(vae.reconstruct, x), store)
    assert set(whole["arrays"]) > {p.name for p in vae.decoder.parameters}
    assert len(store.arrays) == before + len(vae.encoder.parameters) + len(vae.mean.parameters) - 1  # two equal zeros


def test_half_the_bytes():
    full, half = Store(), Store(half=True)
    for store in (full, half):
        store.put(np.ones((4, 4)))
    assert len(next(iter(half.arrays.values()))["data"]) == len(next(iter(full.arrays.values()))["data"]) // 2


def test_infinity_is_a_text_for_json_has_none():
    pool = tn.TestFunction(tn.MaxPool2D(3, 1, padding=1))
    data = carried(tn.export.program(pool, np.zeros((1, 4, 4, 1), np.float32)), Store())
    assert data["operations"][0]["settings"]["value"] == "-Infinity"
    json.dumps(data, allow_nan=False)
