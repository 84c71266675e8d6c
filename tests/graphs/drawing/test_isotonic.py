import numpy as np
from hypothesis import given, strategies as st

from teachnn.graphs.drawing.isotonic import median, separated

PULLS = st.lists(st.tuples(st.integers(-50, 50).map(float), st.integers(1, 9)), min_size=1, max_size=12)


@given(PULLS)
def test_no_other_place_is_nearer_to_all_than_the_median(pulls):
    def distance(x):
        return sum(weight * abs(place - x) for place, weight in pulls)

    assert all(distance(median(pulls)) <= distance(place) + 1e-9 for place, _ in pulls)


@given(PULLS)
def test_places_keep_their_order_and_their_gaps(pulls):
    wanted, weights = [place for place, _ in pulls], [weight for _, weight in pulls]
    gaps = [10.0] * (len(pulls) - 1)
    places = separated(wanted, weights, gaps)
    assert (np.diff(places) >= 10 - 1e-9).all()
    if (np.diff(wanted) >= 10).all():
        assert places == wanted
