"""Benchmarks: each a module that is run by itself, apart from the tests."""

from flows.batch import make_policy
from flows.settings import Settings

POLICY = make_policy(Settings())
"""What is cut by a run with no setting of its own."""
