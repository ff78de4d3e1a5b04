from pathlib import Path

import pytest

RECORDED = Path(__file__).parent / "recorded"


@pytest.fixture
def recorded():
    """Read an answer of a partner."""
    return lambda name: (RECORDED / f"{name}.json").read_text()
