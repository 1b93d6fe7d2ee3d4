"""Forests: what their trees answer is added up, and turned into a probability."""

import numpy as np
import pytest

from flows.forest import predict, predict_odds, read_forest

TREES = {
    "bias": -0.5,
    "trees": [
        {"splits": [["length", 3.0], ["links", 0.5]], "leaves": [0.0, 1.0, 10.0, 100.0]},
        {"splits": [["links", 0.0], ["links", 2.0]], "leaves": [0.25, 0.0, 0.0, -0.25]},
    ],
}


def test_each_level_of_a_tree_decides_a_bit_of_its_leaf() -> None:
    forest = read_forest(TREES, ("links", "length"))
    links, length = [0, 0, 1, 3], [3, 4, 3, 4]
    odds = predict_odds(forest, np.array([links, length], dtype=np.float32))
    assert odds.tolist() == [-0.25, 0.75, 9.5, 99.25]
    assert odds.dtype == np.float32


def test_probabilities_are_those_of_the_odds_however_the_features_lie_in_memory() -> None:
    forest = read_forest(TREES, ("links", "length"))
    features = np.array([[0, 3], [1, 3]], dtype=np.float32).T
    assert not features.flags.c_contiguous
    assert predict(forest, features).tolist() == pytest.approx([1 / (1 + np.exp(0.25)), 1 / (1 + np.exp(-9.5))])


def test_a_forest_may_be_asked_of_nothing() -> None:
    assert len(predict(read_forest(TREES, ("links", "length")), np.empty((2, 0), dtype=np.float32))) == 0
