"""Articles drafted by a language model: several at a time, each asked once, whatever happens in between."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property

from annotation.core.document import Document, Provenance
from annotation.core.errors import AnswerError, EndpointError
from annotation.drafting.answer_cache import AnswerCache, answer_name
from annotation.drafting.answer_json import read_answer
from annotation.drafting.chat_server import ChatServer, Reply
from annotation.drafting.endpoint import Endpoint
from annotation.drafting.grounding import Grounding
from annotation.drafting.passages import joined, passages
from annotation.drafting.prompt import Message, Prompt, asked_again
from annotation.terminal import ProgressBar

LONGEST = 6000
"""Code points of an article that is asked about at once, about 2,500 tokens: models miss more the longer it is."""
IN_A_ROW = 5
"""Articles that may fail one after the other before the server counts as out of order."""


@dataclass(frozen=True)
class Prices:
    """What a million tokens cost, in whatever currency."""

    tokens_in: float | None = None
    tokens_out: float | None = None


@dataclass
class ModelReport:
    """The outcome of a run.

    passages: those of the articles that were drafted. asked: answers that were requested, and paid for. kept: answers
    found in the cache. failed: article id and reason. cut_short: answers whose end is missing. dropped: marks that did
    not fit, by reason. tokens_in, tokens_out: of the answers that were requested; untold: how many of those the server
    told no tokens of.
    """

    prices: Prices = field(default_factory=Prices)
    drafted: int = 0
    passages: int = 0
    asked: int = 0
    kept: int = 0
    cut_short: int = 0
    untold: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    failed: dict[str, str] = field(default_factory=dict)
    dropped: Counter[str] = field(default_factory=Counter)

    @property
    def price(self) -> float | None:
        """What the requested answers cost; None where no price was given."""
        if self.prices.tokens_in is None and self.prices.tokens_out is None:
            return None
        return (self.tokens_in * (self.prices.tokens_in or 0) + self.tokens_out * (self.prices.tokens_out or 0)) / 1e6

    def lines(self) -> Iterator[str]:
        """What a person wants to know of it."""
        cut = f", {self.cut_short:,} cut short (give more --max-tokens)" if self.cut_short else ""
        failed = f", {len(self.failed):,} articles failed" if self.failed else ""
        yield f"{self.asked:,} answers asked for, {self.kept:,} from the cache{cut}{failed}"
        price = "" if self.price is None else f", {self.price:,.4f} at the prices given"
        untold = f" ({self.untold:,} answers came without a count)" if self.untold else ""
        yield f"{self.tokens_in:,} tokens in, {self.tokens_out:,} out{price}{untold}"
        if self.dropped:
            yield "marks dropped: " + ", ".join(f"{count:,} {reason}" for reason, count in self.dropped.most_common())

    def as_dict(self) -> dict[str, object]:
        """The report as plain JSON values."""
        counts = ("drafted", "passages", "asked", "kept", "cut_short", "untold", "tokens_in", "tokens_out")
        numbers = {name: getattr(self, name) for name in counts}
        return {**numbers, "price": self.price, "failed": dict(self.failed), "dropped": dict(self.dropped)}


@dataclass
class ModelDrafter:
    """A language model with a prompt. `ask_again` ignores the answers that are in the cache.

    longest: code points of text that it is asked about at once; a longer article is read in passages.
    """

    endpoint: Endpoint
    prompt: Prompt
    cache: AnswerCache
    shots: int = 2
    longest: int = LONGEST
    at_once: int = 4
    ask_again: bool = False
    report: ModelReport = field(default_factory=ModelReport)
    _in_a_row: int = 0
    _asking: defaultdict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))

    @cached_property
    def version(self) -> str:
        """The drafter's name for provenance: the model, and a digest of all that articles are asked with."""
        examples = [document.id for documents in self.prompt.examples.values() for document in documents]
        basis = [self.prompt.rules, sorted(examples), self.shots, self.longest]
        content = json.dumps(basis, ensure_ascii=False)
        return f"draft {self.endpoint.model} {hashlib.sha256(content.encode()).hexdigest()[:8]}"

    def draft(self, articles: Iterable[Document]) -> list[Document]:
        """The drafts of the articles that were answered, in their order; the others are in `report.failed`.

        Raises UsageError or EndpointError when the server cannot be used; answers up to then stay in the cache.
        """
        return asyncio.run(self._all(articles))

    async def _all(self, articles: Iterable[Document]) -> list[Document]:
        queue, drafts = iter(enumerate(articles)), dict[int, Document]()
        with ProgressBar(
            "drafting", detail=lambda: f"{self.report.tokens_in + self.report.tokens_out:,} tokens"
        ) as bar:
            async with ChatServer(self.endpoint, self.prompt.schema) as server:
                try:
                    async with asyncio.TaskGroup() as group:
                        for _ in range(self.at_once):
                            group.create_task(self._worker(server, queue, drafts, bar))
                except ExceptionGroup as errors:
                    raise _first(errors) from None
        if self.report.failed and not drafts:
            raise EndpointError(f"no article was drafted; the first: {next(iter(self.report.failed.values()))}")
        self.report.drafted = len(drafts)
        return [drafts[number] for number in sorted(drafts)]

    async def _worker(
        self, server: ChatServer, queue: Iterator[tuple[int, Document]], drafts: dict[int, Document], bar: ProgressBar
    ) -> None:
        for number, article in queue:
            try:
                drafts[number] = await self._article(server, article)
                self._in_a_row = 0
            except AnswerError as error:
                self._failed(article, error)
            bar.advance()

    def _failed(self, article: Document, error: AnswerError) -> None:
        """Record that an article failed. An answer that is of no use, or a refusal, says nothing against the server."""
        self.report.failed[article.id] = str(error)
        self._in_a_row += error.__cause__ is not None  # a request that was given up
        if self._in_a_row >= IN_A_ROW:
            raise EndpointError(
                f"{self._in_a_row} articles failed one after the other; {error}; run the same command again, what was "
                "answered is kept"
            )

    async def _article(self, server: ChatServer, article: Document) -> Document:
        """The draft of an article, out of those of its passages. Raises AnswerError where one of them fails."""
        found, parts = [], passages(article, self.longest)
        for number, passage in enumerate(parts, 1):
            try:
                found.append((passage, await self._passage(server, passage.article)))
            except AnswerError as error:
                if len(parts) == 1:
                    raise
                raise AnswerError(f"passage {number} of {len(parts)}: {error}") from error.__cause__
        self.report.passages += len(parts)
        document = joined(article, found, self.prompt.ontology)
        return replace(document, provenance=Provenance(model_version=self.version))

    async def _passage(self, server: ChatServer, article: Document) -> Document:
        """The marks of a passage; an answer that is of no use is asked for once more."""
        messages = self.prompt.messages(article, shots=self.shots)
        for attempt in (1, 2):
            reply = await self._reply(server, messages)
            if reply.refusal:
                raise AnswerError(f"the model refuses: {reply.refusal}")
            cut_short = reply.finish == "length"
            answer = read_answer(reply.content, cut_short=cut_short)
            if answer is not None:
                self.report.cut_short += cut_short
                return self._grounded(article, answer)
            if cut_short:
                raise AnswerError("the answer was cut short before its first mark; give more --max-tokens")
            messages = asked_again(messages, reply.content) if attempt == 1 else messages
        raise AnswerError("the model answered twice without a JSON object of marks; --ask-again asks once more")

    async def _reply(self, server: ChatServer, messages: list[Message]) -> Reply:
        """The answer to these messages, out of the cache or requested and kept there."""
        name = answer_name(self.endpoint, messages, self.prompt.schema)
        async with self._asking[name]:  # an article that is there twice is asked about once
            return await self._answer(server, messages, name)

    async def _answer(self, server: ChatServer, messages: list[Message], name: str) -> Reply:
        reply = None if self.ask_again else self.cache.read(name)
        if reply is not None:
            self.report.kept += 1
            return reply
        reply = await server.ask(messages)
        self.cache.write(name, reply)
        self.report.asked += 1
        self.report.untold += reply.tokens_in is None
        self.report.tokens_in += reply.tokens_in or 0
        self.report.tokens_out += reply.tokens_out or 0
        return reply

    def _grounded(self, article: Document, answer: object) -> Document:
        grounding = Grounding(article, self.prompt.ontology)
        document = grounding.document(answer)  # type: ignore[arg-type]
        self.report.dropped += grounding.dropped
        return document


def _first(errors: ExceptionGroup[Exception]) -> Exception:
    first: Exception = errors
    while isinstance(first, ExceptionGroup):
        first = first.exceptions[0]
    return first
