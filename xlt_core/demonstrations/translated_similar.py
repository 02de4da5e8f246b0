"""`translated_similar`: rows whose English is most like the item's translation to English (Nie et al. 2023, arXiv
2212.09651)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from xlt_core.contracts import Pick, Picked, Picker, Pool
from xlt_core.demonstrations._ranking import CharacterGrams, nearest_first, shown
from xlt_core.records import Example, InputError, Reply


class TranslatedSimilar(Picker):
    """Among English rows, or rows of the language that have their English."""

    title = "Similar in English"
    summary = "For each item the rows whose English is most like the item's translation."
    uses_translator = True

    def prepare(self, pool: Pool) -> Pick:
        english = [_english(row, pool) for row in pool.rows]
        if not all(english):
            raise InputError(
                f"Rows in {pool.spoken.name} without their English cannot be looked up in English; "
                "take the demonstrations from English rows (demonstrations-language eng), or another picker."
            )
        grams = CharacterGrams(english)

        def pick(examples: Sequence[Example]) -> Iterator[tuple[int, Picked]]:
            for index, example in enumerate(examples):
                replies, error = _translated(example, pool)
                if error:
                    yield index, Picked(replies=replies, error=error)
                    continue
                text = replies[-1].text if replies else example.text
                yield index, replace(shown(pool, nearest_first(grams.likeness(text))[: pool.shots]), replies=replies)

        return pick


def _english(row: Example, pool: Pool) -> str:
    """The row's English, or ""."""
    if pool.spoken.code == pool.english.code:
        return row.text
    return row.pivot.text.strip() if row.pivot else ""


def _translated(example: Example, pool: Pool) -> tuple[tuple[Reply, ...], str]:
    """The call that translates the item, none where it is English, and why there is none."""
    if pool.language.code == pool.english.code:
        return (), ""
    if pool.translator is None:
        raise InputError("Picking by the translation needs a translator; choose one.")
    try:
        found = [reply for _, reply in pool.translator.translate([example.text], pool.language, pool.english)]
    except InputError:
        raise
    except Exception as error:
        return (), f"The item was not translated to pick its demonstrations: {error}"
    return tuple(replace(reply, purpose="translate to pick") for reply in found if reply.final), ""
