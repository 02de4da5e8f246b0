"""INJONGO (Yu et al. 2025, arXiv 2502.09814): what people want of an assistant, in 16 African languages and English."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from xlt_core.reading.download import Address
from xlt_core.reading.reader import Reader, called, json_lines
from xlt_core.records import Example

LANGUAGES = "amh eng ewe hau ibo kin lin lug orm sna sot swa twi wol xho yor zul".split()
LABELS = tuple(
    """alarm balance bill_balance book_flight book_hotel calendar_update cancel_reservation car_rental
confirm_reservation cook_time exchange_rate food_last freeze_account ingredients_list interest_rate international_visa
make_call meal_suggestion min_payment pay_bill pin_change play_music plug_type recipe restaurant_reservation
restaurant_reviews restaurant_suggestion share_location shopping_list_update spending_history text time timezone
transactions transfer translate travel_notification travel_suggestion update_playlist weather""".split()
)
FILES = {"train": "train", "validation": "dev", "test": "test"}
HUB = "masakhane/InjongoIntent"
GITHUB = "https://raw.githubusercontent.com/McGill-NLP/Injongo/main"


class Injongo(Reader):
    """A JSON object a line, with `text` and `intent`, one of 40; the slots are not read. The English sentences are of
    another collection than the others, so that there are no pivots."""

    title = "INJONGO"
    licence = "not clear"
    citation = (
        "Yu et al. 2025: INJONGO, a multicultural intent detection and slot-filling dataset for 16 African languages."
    )
    url = "https://huggingface.co/datasets/masakhane/InjongoIntent"
    tasks = ("intent",)

    def codes(self) -> Mapping[str, str]:
        return called(LANGUAGES)

    def address(self, name: str, split: str) -> Address:
        path = f"{name}/{FILES[split]}.jsonl"
        own = f"data/cleaned-dataset/{path}"
        return Address((path, own), ((HUB, path, "main"),), (f"{GITHUB}/{own}",))

    def read(self, path: Path, task: str, language: str, split: str) -> Iterable[Example]:
        for number, row in enumerate(json_lines(path, path.read_bytes().split(b"\n")), 1):
            text, label = str(row.get("text") or "").strip(), str(row.get("intent") or "").strip()
            if text and label in LABELS:
                yield Example(f"{split}-{number}", {"text": " ".join(text.split())}, label, LABELS)
