"""Tokens read in pieces are those of the whole text, whatever the tokenizer does at the seams."""

from __future__ import annotations

import pytest
from helpers.tiny_models import CHAT, CORPUS, THINKING, make_tokenizer
from tokenizers import Tokenizer, models, pre_tokenizers, trainers
from transformers import AutoTokenizer, PreTrainedTokenizerFast

from xlt_core.engine.tokenization import Text
from xlt_core.settings import POCKET

HEAD = "Give the topic.\n\nText: The team won the match.\nTopic: sports\n\n"
PROMPTS = [f"{HEAD}Text: {text}\nTopic:" for text in ("Minisitiri", "ɗalibai  sun yi murna", "\n\nx", "", "a b\nc")]
CHOICES = ("sports", "sports news", "health", "", "😀")


def joining() -> PreTrainedTokenizerFast:
    """One that knows no words: its pieces run across spaces and line breaks."""
    backend = Tokenizer(models.BPE(unk_token="<unk>"))
    backend.pre_tokenizer = pre_tokenizers.Split("\u0000", "isolated")
    trainer = trainers.BpeTrainer(vocab_size=130, special_tokens=["<unk>"], show_progress=False)
    backend.train_from_iterator([*CORPUS, *("Topic: sports\n\nText: ", "\nTopic: health\n\n") * 3], trainer)
    return PreTrainedTokenizerFast(tokenizer_object=backend, unk_token="<unk>")


TOKENIZERS = {
    "bytes": make_tokenizer,
    "chat": lambda: make_tokenizer(CHAT),
    "pieces": lambda: AutoTokenizer.from_pretrained(POCKET / "model"),
    "joining": joining,
}


@pytest.fixture(params=TOKENIZERS)
def tokenizer(request: pytest.FixtureRequest) -> PreTrainedTokenizerFast:
    return TOKENIZERS[request.param]()


def whole(tokenizer: PreTrainedTokenizerFast, texts: list[str]) -> list[list[int]]:
    """The tokens of each text by itself."""
    return [Text(tokenizer).encode([text])[0] for text in texts]


def test_texts_that_begin_alike_get_the_tokens_of_each_by_itself(tokenizer: PreTrainedTokenizerFast) -> None:
    assert Text(tokenizer).encode(PROMPTS) == whole(tokenizer, PROMPTS)
    turned = [prompt.replace("\n", " ") for prompt in PROMPTS]  # one line: there is nothing to share
    assert Text(tokenizer).encode(turned) == whole(tokenizer, turned)


def test_a_beginning_is_read_once() -> None:
    text, read = Text(make_tokenizer()), []
    tokens = text._tokens
    text._tokens = lambda texts: read.extend(map(len, texts)) or tokens(texts)
    prompts = [f"{HEAD * 50}Text: {number}\nTopic:" for number in range(40)]
    text.encode(prompts)
    assert sum(read) < 4 * len(prompts[0])


def test_choices_follow_as_in_the_whole_text(tokenizer: PreTrainedTokenizerFast) -> None:
    text = Text(tokenizer)
    for prompt, row in zip(PROMPTS, text.encode(PROMPTS), strict=True):
        split, choices = text.continuations(prompt, row, CHOICES)
        wholes = whole(tokenizer, [prompt + text.continuation(choice) for choice in CHOICES])
        assert [row[:split] + choice for choice in choices] == wholes
        assert 0 < split <= len(row)


@pytest.mark.parametrize("name", ["bytes", "chat", "pieces"])
def test_choices_are_read_once_for_all_prompts_that_end_alike(name: str) -> None:
    text, read = Text(TOKENIZERS[name]()), []
    rows = text.encode(PROMPTS)
    tokens = text._tokens
    text._tokens = lambda texts: read.append(texts) or tokens(texts)
    for prompt, row in zip(PROMPTS, rows, strict=True):
        text.continuations(prompt, row, CHOICES)
    assert len(read) == 2


def test_an_answer_ends_with_a_line_break_or_the_end_of_its_turn(tokenizer: PreTrainedTokenizerFast) -> None:
    text = Text(tokenizer)
    assert text.ends(("health", "sports", "x")) == [[], [], []], "no choice begins another: the scores stay"
    ends = text.ends(("sports", "health", "sports news"))
    read = [tokenizer.decode(end, skip_special_tokens=False) for end in ends]
    assert all(ends) and (text.chat or all("\n" in end for end in read))


def test_a_turn_ends_as_the_template_ends_it() -> None:
    ended = Text(make_tokenizer(THINKING))
    assert ended.ends(("a", "ab")) == [[1], [1]], "</s>"
    bare = "{% for m in messages %}{{ m['content'] }}{% endfor %}"
    assert Text(make_tokenizer(bare)).ends(("a", "ab")) == [[1], [1]], "the template writes none: the tokenizer's own"


def test_the_line_break_is_read_as_in_a_demonstration() -> None:
    tokenizer = make_tokenizer()
    (end, _), line = Text(tokenizer).ends(("sports", "sports news")), "Topic: sports\n\nText: a"
    behind = Text(tokenizer).encode([line])[0][len(Text(tokenizer).encode(["Topic: sports"])[0]) :]
    assert end == behind[:1]
