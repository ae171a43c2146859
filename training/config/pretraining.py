"""The configuration of `naba pretrain`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from training.config.encoders import AnyEncoderConfig, CompactEncoderConfig
from training.config.validation import Settings, above, at_least, below, filled, folder, needed, setting, within


@dataclass(frozen=True, kw_only=True)
class VectorsConfig(Settings):
    """Word vectors for the compact encoder.

    size: numbers of a vector for each of the `windows`, the words to either side from which it is learnt. passes: over
    the text, None for as many as make 35 million words. min_count: a word that is rarer has no vector of its own, nor
    has one beyond the `most_words` most frequent; such words share `buckets` vectors of hashed n-grams.
    """

    size: int = setting(100, at_least(2))
    windows: tuple[int, ...] = (2, 5)
    passes: int | None = setting(None, at_least(1))
    rate: float = setting(0.05, above(0))
    min_count: int = setting(3, at_least(1))
    most_words: int = setting(200_000, at_least(1))
    buckets: int = setting(60_000, at_least(1))

    def faults(self) -> Iterator[str]:
        """The rules' faults, and windows of no words."""
        yield from super().faults()
        if not self.windows or min(self.windows) < 1:
            yield f"vectors.windows: must be numbers of words, at least 1, such as [2,5], not {list(self.windows)}"


@dataclass(frozen=True, kw_only=True)
class MaskingConfig(Settings):
    """Masked-word training of a pretrained encoder. share: of the words that are masked. save_every: in steps."""

    epochs: int = setting(3, at_least(1))
    share: float = setting(0.15, above(0), below(1))
    batch_size: int = setting(8, at_least(1))
    accumulate: int = setting(1, at_least(1))
    learning_rate: float = setting(5e-5, above(0))
    warmup: float = setting(0.06, within(0, 1))
    save_every: int = setting(200, at_least(1))


@dataclass(frozen=True, kw_only=True)
class PretrainConfig(Settings):
    """Pretraining on raw articles. `output` becomes the folder of tables, or the checkpoint.

    snapshots: articles that are near-duplicates of their dev and test documents are left out. languages: those of the
    articles to learn from, None for both.
    """

    input: str = needed(str, filled)
    output: str = needed(str, folder)
    snapshot: tuple[str, ...] = ()
    languages: tuple[Literal["he", "ar"], ...] | None = None
    seed: int = setting(13, within(0, 2**32 - 1))
    encoder: AnyEncoderConfig = CompactEncoderConfig()
    vectors: VectorsConfig = VectorsConfig()
    masking: MaskingConfig = MaskingConfig()
    precision: Literal["auto", "fp32", "bf16"] = "auto"
    device: Literal["auto", "cpu"] = "auto"
    threads: int | None = setting(None, at_least(1))
