from __future__ import annotations

import pytest

from tests.benchmarks.variants import VARIANTS, trained
from tests.builders import conflict
from tests.run.small import TINY, documents


@pytest.mark.parametrize("name", VARIANTS)
def test_each_variant_of_the_model_learns_and_predicts(name: str) -> None:
    texts = documents(8)
    found = trained(name, texts, conflict(), 1, (*TINY, "fit.epochs=1"))(texts[:2])
    assert [document.text for document in found] == [document.text for document in texts[:2]]
