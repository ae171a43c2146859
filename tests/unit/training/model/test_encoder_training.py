"""What of an encoder is trained in each regime, and that a plain encoder with the same outputs is left."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor

from annotation.core.errors import UsageError
from tests.builders import build, conflict
from training.config.schema import HubEncoderConfig, ModelConfig
from training.encoding.encoding import Encoding, Example
from training.model.batches import collate
from training.model.encoder_training import Regime, encoders_in_training, frozen, least_trained
from training.model.event_extractor import EventExtractor

HEADS = ModelConfig(max_width=3, head_size=8, hidden_size=16)
MARKED = build(
    "כוחות הביטחון [Arrest:trigger עצרו] את [Person>Arrest:Person דוד אלמוני] ב[Place>Arrest:GPE סוריה]", id="m"
)


class Trained:
    """A model on a tiny pretrained encoder, with one document to train on."""

    def __init__(self, folder: Path) -> None:
        torch.manual_seed(3)
        config = HubEncoderConfig(name=str(folder), reader=16)
        self.encoding = Encoding.build(conflict(), HEADS, config)
        self.model = EventExtractor.build(HEADS, config, self.encoding)
        self.example: Example = self.encoding.encode(MARKED, targets=True)
        self.before = {name: weight.clone() for name, weight in self.model.encoder.state_dict().items()}

    def step(self) -> None:
        """Three large steps, none so large that the loss explodes and rounding decides what comes out."""
        weights = [weight for weight in self.model.parameters() if weight.requires_grad]
        optimizer = torch.optim.SGD(weights, lr=0.5)
        for _ in range(3):
            optimizer.zero_grad()
            self.model.train()(**self._batch()).loss.backward()
            torch.nn.utils.clip_grad_norm_(weights, 1.0)
            optimizer.step()

    def states(self) -> Tensor:
        batch = {name: value for name, value in self._batch().items() if name not in ("spans", "roles", "links")}
        with torch.no_grad():
            return self.model.eval()(**batch).states

    def changed(self) -> set[str]:
        """The names of the encoder's weights that are not what they were."""
        now = self.model.encoder.state_dict()
        assert now.keys() == self.before.keys()
        return {name for name, weight in now.items() if not torch.equal(weight, self.before[name])}

    def trained(self, regime: Regime) -> None:
        """Train, and check that leaving the regime changes no output."""
        with encoders_in_training((self.model.encoder,), regime, [self.example]):
            self.step()
            during = self.states()
        torch.testing.assert_close(self.states(), during, atol=1e-5, rtol=1e-4)

    def _batch(self) -> dict[str, Tensor]:
        return collate([self.example], pad=self.encoding.tokenizer.pad)


def test_all_but_the_pooler_and_the_rows_of_other_pieces_learns(hub: Path) -> None:
    case = Trained(hub)
    case.trained(Regime("all"))
    (table,) = (name for name in case.changed() if "tok_embeddings" in name or "word_embeddings" in name)
    moved = (case.model.encoder.state_dict()[table] != case.before[table]).any(dim=1).nonzero()[:, 0].tolist()
    ids = {int(number) for window in case.example.windows.ids for number in window}
    assert set(moved) == ids - {case.encoding.tokenizer.pad}
    assert len(ids) < len(case.before[table]) / 2
    assert {name.split(".layer")[0] for name in case.changed()} >= {"encoder", "layers"} & {
        name.split(".layer")[0] for name in case.before
    }
    assert not any("pooler" in name for name in case.changed())


def test_only_the_top_layers_learn(hub: Path) -> None:
    case = Trained(hub)
    case.trained(Regime("top", top_layers=1))
    assert case.changed()
    assert not any(part in name for name in case.changed() for part in ("embeddings", "layer.0.", "layers.0."))


def test_adapters_are_added_to_the_weights_they_stand_beside(hub: Path) -> None:
    case = Trained(hub)
    case.trained(Regime("lora", lora_rank=2))
    assert case.changed()
    assert all(name.endswith("weight") and "embeddings" not in name and "orm" not in name for name in case.changed())


def test_a_frozen_encoder_stays_as_it_was(hub: Path) -> None:
    case = Trained(hub)
    with encoders_in_training((case.model.encoder,), Regime("frozen"), [case.example]):
        assert frozen(case.model.encoder)
        case.step()
    assert not case.changed()


@pytest.mark.parametrize(
    ("regime", "expected"),
    [
        (Regime("top", top_layers=9), r"encoder\.top_layers: the encoder has \d layers; encoder\.learns=all trains"),
        (Regime("lora", lora_modules=("nowhere",)), r"encoder\.lora_modules: .*nowhere.*; its linear layers: \w+, "),
    ],
)
def test_layers_that_are_not_there_are_one_line(regime: Regime, expected: str, hub: Path) -> None:
    case = Trained(hub)
    with pytest.raises(UsageError, match=expected), encoders_in_training((case.model.encoder,), regime, [case.example]):
        pass
    assert not case.changed()


def test_the_bytes_that_are_trained_are_known_before(hub: Path) -> None:
    for regime in (Regime("all"), Regime("top", top_layers=1), Regime("lora"), Regime("frozen")):
        made = Trained(hub)
        told = least_trained(made.model, (made.model.encoder,), regime)
        with encoders_in_training((made.model.encoder,), regime, [made.example]):
            weights = {name: weight for name, weight in made.model.named_parameters() if weight.requires_grad}
        rows = [w.nbytes for name, w in weights.items() if regime.learns == "all" and "word_embeddings" in name]
        rows += [w.nbytes for name, w in weights.items() if regime.learns == "all" and "tok_embeddings" in name]
        assert told == sum(weight.nbytes for weight in weights.values()) - sum(rows), regime
    everything = sum(weight.nbytes for weight in made.model.parameters())
    assert least_trained(made.model, (), None) == everything - sum(w.nbytes for w in made.model.encoder.parameters())
