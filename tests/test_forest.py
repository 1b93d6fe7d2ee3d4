"""Forests: what their trees answer is added up, and turned into a probability."""

import math

import numpy as np
import pytest

from flows.forest import predict, predict_odds, read_forest
from tests.benchmarks.grow_forest import Shape, find_f1, find_probability, grow_forest

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


def test_the_f1_of_a_whole_counts_items_by_their_weight_and_as_far_as_they_are_probable() -> None:
    share, weight = np.array([1.0, 0.0, 1.0, 0.5]), np.array([1.0, 2.0, 3.0, 1.0])
    f1 = find_f1(share, weight, np.array([1.0, 0.5, 0.0, 1.0]), np.array([0, 0, 1, 2]))
    assert f1.tolist() == pytest.approx([2 / 3, 0, 2 / 3])


def test_trees_grown_for_the_f1_keep_what_is_less_likely_than_not_where_nothing_better_is() -> None:
    table = np.array([[0], [1]] * 500, dtype=np.float32)
    share, weight, whole = np.where(table[:, 0], 0.45, 0.0), np.ones(1000), np.zeros(1000, dtype=np.int64)

    def tell(last: int) -> object:
        shape = Shape(trees=30, last=last, depth=1, columns=1.0)
        forest = read_forest(grow_forest(table, share, weight, ("found",), shape, seed=1, whole=whole), ("found",))
        return (predict(forest, np.array([[0, 1]], dtype=np.float32)) > 0.5).tolist()

    assert tell(last=0) == [False, False]
    assert tell(last=30) == [False, True]


def test_what_is_learned_rests_on_the_exponential_of_the_c_library_not_on_one_that_differs_by_processor() -> None:
    odds = np.random.default_rng(1).normal(size=10_000) * 5
    assert find_probability(odds).tolist() == [1 / (1 + math.exp(-own)) for own in odds.tolist()]
