"""What the bundled models read while they are trained: streams of text, and how much of each.

A piece is a list of (text, weight): the weight says how much the next-token loss of that part counts. Answers count
fully; the rest little, or copying and labelling form too late (see "How the bundled models were made" in
docs/benchmarks.md).
"""

from __future__ import annotations

import random
import re
import zlib
from collections.abc import Callable, Sequence
from functools import cache

from xlt_core import catalog
from xlt_core.contracts import Task
from xlt_core.records import Answer, Example
from xlt_core.world import world

Piece = list[tuple[str, float]]

TARGETS = ("kin", "hau", "lug")
# Shares of the pieces. English-centric on purpose, and unequal between the languages, as the web is.
SHARES = {
    "episode eng": 0.62,
    "document eng": 0.27,
    "document hau": 0.022,
    "document kin": 0.016,
    "document lug": 0.012,
    "bilingual hau": 0.020,
    "bilingual kin": 0.016,
    "bilingual lug": 0.012,
    "episode hau": 0.004,
    "episode kin": 0.004,
    "episode lug": 0.004,
}
# The share of the phrases, sentence frames and names that the translator never reads, to and from English, so that its
# chrF is that of NLLB-200-distilled-600M on FLORES-200: see docs/benchmarks.md.
HELD_OUT = {"kin": (0.68, 0.74), "hau": (0.65, 0.69), "lug": (0.84, 0.85)}
HELD_OUT_KINDS = (*world.TOPICS, "frame", "place", "org", "date", "second")
PROMPT_WEIGHT, TEXT_WEIGHT = 0.05, 0.1
SWAPPED = 0.2  # of the topic episodes: label words exchanged, so that demonstrations must be read
WHOLE = 0.55  # of the summary episodes: whole sentences, so that demonstrations must say how short a summary is
RENAMED = 0.3  # of the names: an invented one in its place, so that copying does not lean on known ones
SYLLABLES = "ba bi bu da de ga go ha he ka ki ku la le ma mi mu na ne ngo ra ri ro sa shi ta te wa ya zi nya".split()


@cache
def _tasks() -> dict[str, Task]:
    return {name: catalog.tasks()[name] for name in world.TAUGHT}


@cache
def _name_words() -> tuple[str, ...]:
    """The capitalised words of all names."""
    names = [name for name, _ in world.people().values()]
    for code in ("eng", *TARGETS):
        names += [world.name(code, row) for row in world.table(code) if row.startswith(("place.", "org."))]
    return tuple(sorted({word for name in names for word in name.split() if word[0].isupper()}))


def invented_name(rng: random.Random) -> str:
    """Two words that no table holds together: of syllables, or of the words of other names.

    The latter because a model of this size copies only the tokens that it has seen copied.
    """
    if rng.random() < 0.5:
        return " ".join("".join(rng.choices(SYLLABLES, k=rng.randint(2, 4))).capitalize() for _ in range(2))
    name = " ".join(rng.sample(_name_words(), 2))
    return invented_name(rng) if name in {known for known, _ in world.people().values()} else name


def _turn(rng: random.Random, task: str, language: str, facts: world.Facts, whole: bool) -> tuple[str, str]:
    """A question and its answer as strings. whole: whether a summary is the whole main sentence."""
    item = world.tell(language, facts)
    summary = world.say(language, world.table(language)[facts.frame], facts) if whole else item.summary
    answer: Answer = {"topic": facts.topic, "ner": item.spans, "summary": summary}[task]
    question, reply = _tasks()[task].question(Example("", {"text": item.text})), _tasks()[task].write(answer)
    for slot in ("PER", "PER2", "LOC", "LOC2", "ORG"):
        if rng.random() < RENAMED:
            row = facts.fills[slot]
            name = world.people()[row][0] if row.startswith("person") else world.name(language, row)
            pattern, other = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)"), invented_name(rng)
            question, reply = pattern.sub(other, question), pattern.sub(other, reply)
    return question, reply


def episode(rng: random.Random, language: str, most_shots: int) -> Piece:
    """A task as a host would send it: an instruction, demonstrations, and a last question with its answer."""
    task = rng.choice(("topic", "ner", "summary"))
    shots = rng.randint(0, most_shots)
    facts = [world.draw(rng, "train") for _ in range(shots + 1)]
    swap: dict[str, str] = {}
    if task == "topic" and shots > 2 and rng.random() < SWAPPED:
        swap = dict(zip(world.TOPICS, rng.sample(world.TOPICS, len(world.TOPICS)), strict=True))
        facts[-1] = world.draw(rng, "train", rng.choice(facts[:-1]).topic)
    choices = {"topic": world.TOPICS, "ner": world.KINDS}.get(task, ())
    whole = rng.random() < WHOLE
    told = language if language == "eng" or rng.random() < 0.5 else "eng"
    piece: Piece = []
    if rng.random() < 0.8:
        piece.append((_tasks()[task].instruction(choices, catalog.language(told)) + "\n\n", PROMPT_WEIGHT))
    for fact in facts:
        question, answer = _turn(rng, task, language, fact, whole)
        piece += [(question, PROMPT_WEIGHT), (f" {swap.get(answer, answer)}\n", 1.0), ("\n", PROMPT_WEIGHT)]
    return piece


def document(rng: random.Random, language: str) -> Piece:
    """Unlabelled text of the world."""
    return [(world.document(rng, language) + "\n", TEXT_WEIGHT)]


def bilingual(rng: random.Random, language: str) -> Piece:
    """An item and its translation, a line each, as bilingual pages have them."""
    facts = world.draw(rng, "raw")
    lines = [world.tell(code, facts).text for code in ("eng", language)]
    rng.shuffle(lines)
    return [("\n".join(lines) + "\n", TEXT_WEIGHT)]


def piece(rng: random.Random, most_shots: int) -> Piece:
    """One draw from SHARES."""
    stream, language = rng.choices(list(SHARES), SHARES.values())[0].split()
    if stream == "episode":
        return episode(rng, language, most_shots)
    make: Callable[[random.Random, str], Piece] = {"document": document, "bilingual": bilingual}[stream]
    return make(rng, language)


@cache
def held_out(source: str, target: str) -> frozenset[str]:
    """The rows of the world that the translator does not read in this direction: a fixed share of each kind."""
    language = target if source == "eng" else source
    share, rows = HELD_OUT[language][source == "eng"], set[str]()
    for kind in HELD_OUT_KINDS:
        ids = sorted(world.row_ids(kind), key=lambda row: zlib.crc32(f"{language}/{row}".encode()))
        rows.update(ids[: round(len(ids) * share)])
    return frozenset(rows)


def pair(rng: random.Random) -> tuple[str, str, str, str]:
    """Parallel text for the translation model: source code, target code, source text, target text."""
    codes, form = rng.sample(("eng", rng.choice(TARGETS)), 2), rng.random()
    facts = world.draw(rng, "raw", held_out=held_out(*codes))
    if form < 0.75:
        texts = [world.tell(code, facts).text for code in codes]
    elif form < 0.85:
        texts = [world.tell(code, facts).summary for code in codes]
    else:
        slot = rng.choice(("LOC", "ORG", "DATE"))
        texts = [world.name(code, facts.fills[slot]) for code in codes]
    if rng.random() < RENAMED:
        name, other = world.people()[facts.fills["PER"]][0], invented_name(rng)
        texts = [text.replace(name, other) for text in texts]
    return codes[0], codes[1], texts[0], texts[1]


def corpus(lines: int, seed: int = 0, codes: Sequence[str] = ("eng", *TARGETS)) -> list[str]:
    """Text to train the tokenizers on: items, summaries and prompts of every language in equal parts."""
    rng, texts = random.Random(f"corpus {seed}"), []
    for _ in range(lines):
        facts = world.draw(rng, "raw")
        for code in codes:
            item = world.tell(code, facts)
            texts += [item.text, item.summary]
        texts += [line for part, _ in episode(rng, rng.choice(codes), 2) for line in part.splitlines() if line]
    return texts + [invented_name(rng) for _ in range(lines)]
