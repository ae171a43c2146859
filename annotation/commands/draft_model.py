"""The language model of `naba draft`: where it is, and how it is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from annotation import terminal
from annotation.core.document import Document
from annotation.core.ontology import Ontology

if TYPE_CHECKING:
    from annotation.drafting.endpoint import Endpoint
    from annotation.drafting.language_model import ModelDrafter


@dataclass(frozen=True)
class Asking:
    """How a language model is asked, what its tokens cost, and where its answers are kept."""

    shots: int
    longest: int
    at_once: int
    ask_again: bool
    price_in: float | None
    price_out: float | None
    cache: Path

    def drafter(self, place: Endpoint, ontology: Ontology, examples: Sequence[Document]) -> ModelDrafter:
        """The model at the endpoint, shown the examples."""
        from annotation.drafting.answer_cache import AnswerCache
        from annotation.drafting.language_model import ModelDrafter, ModelReport, Prices
        from annotation.drafting.prompt import Prompt

        return ModelDrafter(
            place,
            Prompt.of(ontology, examples, shots=self.shots),
            AnswerCache.open(self.cache),
            shots=self.shots,
            longest=self.longest,
            at_once=self.at_once,
            ask_again=self.ask_again,
            report=ModelReport(Prices(self.price_in, self.price_out)),
        )


def endpoint_of(
    address: str, model: str, send_text_to: str | None, key_variable: str, timeout: float, most_tokens: int | None
) -> Endpoint:
    """Where the model is. Warns where articles go there unencrypted."""
    from annotation.drafting.endpoint import Endpoint

    place = Endpoint.of(
        address,
        model=model,
        send_text_to=send_text_to,
        key_variable=key_variable,
        timeout=timeout,
        most_tokens=most_tokens,
    )
    if not place.local and place.url.scheme == "http":
        terminal.warn(f"{place.url.host}: the articles{' and the key' if place.key else ''} go there unencrypted")
    return place
