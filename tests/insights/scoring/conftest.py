"""Compiles the fold before Hypothesis watches every line, which would make that take minutes."""

import pytest

from insights.scoring import Policy, fold
from tests.insights.scoring.histories import KINDS, START, events_of, touch


@pytest.fixture(autouse=True, scope="session")
def _compiled_fold():
    fold(events_of([touch(START)]), KINDS, Policy())
