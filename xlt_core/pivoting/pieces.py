"""The texts of an example that go to English one by one: its fields, of a list each entry, each with its language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from xlt_core.contracts import Task
from xlt_core.prompting.calls import Outcome, reason
from xlt_core.records import Example, InputError, Prediction, Reply

ALL = "all"
INPUT = "translate input"  # the purpose of such calls; of several fields, with the field behind a colon


@dataclass(frozen=True)
class Crossed:
    """An example on its way in. english: None while there is none; error: why there will be none. Its last reply is
    not final while a long text is still on its way."""

    example: Example
    english: Example | None = None
    replies: tuple[Reply, ...] = ()
    notes: tuple[str, ...] = ()
    error: str = ""

    @property
    def ended(self) -> bool:
        """Whether nothing more will come of it: no English to ask the model."""
        return self.english is None and all(reply.final for reply in self.replies)

    def so_far(self, more: tuple[Reply, ...] = ()) -> Prediction:
        """The item as far as it is, before the model is asked. more: further calls that it took."""
        replies = self.replies + more
        return Prediction(self.example.id, replies=replies, error=self.error, notes=self.notes, final=self.ended)

    def joined(self, asked: Prediction) -> Prediction:
        """What the model made of the English, with the way there."""
        replies, notes = self.replies + asked.replies, self.notes + asked.notes
        return replace(asked, id=self.example.id, replies=replies, notes=notes)


@dataclass(frozen=True)
class Piece:
    """A text of an example. item: the example's index; source: the code of its language; of: fields in the task."""

    item: int
    field: str
    text: str
    source: str
    several: bool = False

    @property
    def purpose(self) -> str:
        return f"{INPUT}: {self.field}" if self.several else INPUT


def chosen_fields(task: Task, only: str) -> tuple[str, ...]:
    """The fields that are named, with commas between them; all of the task's where it says so, or nothing."""
    names = [name.strip() for name in only.split(",") if name.strip()]
    if names in ([], [ALL]):
        return task.fields
    odd = next((name for name in names if name not in task.fields), "")
    if odd:
        raise InputError(f"The knob fields names {odd!r}; of {task.title}, it can be {ALL} or some of "
                         f"{', '.join(task.fields)}.")  # fmt: skip
    return tuple(name for name in task.fields if name in names)


def pieces_of(
    index: int, example: Example, task: Task, fields: Sequence[str], ends: tuple[str, str]
) -> list[Piece]:  # fmt: skip
    """What of an example is not in English yet and is to be. ends: the codes of its language and of English."""
    found = []
    for name in fields:
        text, source = example.texts.get(name, ""), example.languages.get(name, ends[0])
        if text.strip() and source != ends[1]:
            entries = text.splitlines() if name in task.listed else [text]
            several = len(task.fields) > 1
            found += [Piece(index, name, entry, source, several) for entry in entries if entry.strip()]
    return found


def joined(pieces: Sequence[Piece], texts: Sequence[str]) -> dict[str, str]:
    """The translations of an example's pieces, by field; an entry of a list stays on its line."""
    alone = {piece.field for piece in pieces if sum(other.field == piece.field for other in pieces) == 1}
    made: dict[str, list[str]] = {}
    for piece, text in zip(pieces, texts, strict=True):
        made.setdefault(piece.field, []).append(text if piece.field in alone else " ".join(text.split()))
    return {name: "\n".join(entries) for name, entries in made.items()}


class Arrivals:
    """What has come back of the pieces of many examples."""

    def __init__(self, pieces: Sequence[Piece]) -> None:
        self._pieces: dict[int, list[Piece]] = {}
        for piece in pieces:
            self._pieces.setdefault(piece.item, []).append(piece)
        self._outcomes: dict[int, dict[int, Outcome]] = {item: {} for item in self._pieces}

    def by_source(self) -> Iterator[tuple[str, list[Piece]]]:
        """The pieces of each language."""
        every = [piece for pieces in self._pieces.values() for piece in pieces]
        for source in dict.fromkeys(piece.source for piece in every):
            yield source, [piece for piece in every if piece.source == source]

    def take(self, piece: Piece, outcome: Outcome) -> bool:
        """Keeps what came back; whether that is news of the example: one that has failed fails once."""
        place = next(i for i, own in enumerate(self._pieces[piece.item]) if own is piece)
        before = self.failure(piece.item)
        outcome = replace(outcome, purpose=piece.purpose) if isinstance(outcome, Reply) else outcome
        self._outcomes[piece.item][place] = outcome
        return before is None

    def failure(self, item: int) -> Exception | None:
        return next((made for made in self._outcomes[item].values() if isinstance(made, Exception)), None)

    def replies(self, item: int) -> tuple[Reply, ...]:
        """In the order of the pieces."""
        return tuple(made for _, made in sorted(self._outcomes[item].items()) if isinstance(made, Reply))

    def whole(self, item: int) -> bool:
        """Whether all of the example is in English."""
        replies = self.replies(item)
        return len(replies) == len(self._pieces[item]) and all(reply.final for reply in replies)

    def texts(self, item: int) -> dict[str, str]:
        """The example's English by field."""
        return joined(self._pieces[item], [reply.text for reply in self.replies(item)])


def english_of(index: int, example: Example, texts: Mapping[str, str]) -> Example:
    return Example(str(index), {**example.texts, **texts}, None, example.choices)


def arrived(index: int, crossed: Crossed, arrivals: Arrivals) -> Crossed:
    failure, replies = arrivals.failure(index), arrivals.replies(index)
    if failure:
        return replace(crossed, error=reason(failure))
    if not arrivals.whole(index):
        return replace(crossed, replies=(*replies[:-1], replace(replies[-1], final=False)))
    texts = arrivals.texts(index)
    if not all(text.strip() for text in texts.values()):
        return replace(crossed, replies=replies, notes=(*crossed.notes, "the translation came back empty"))
    return replace(crossed, english=english_of(index, crossed.example, texts), replies=replies)
