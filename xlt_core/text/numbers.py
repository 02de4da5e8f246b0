"""Numbers as people and models write them: digits of any script, with separators, signs, currencies and units."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

# Where an output says its answer; the last one counts (#### is GSM8K's own mark).
SAID = re.compile(r"\banswer\b[^\S\n]*(?:is\b|[:：=])|####|\\boxed\s*\{", re.IGNORECASE)
MONEY = "$€£¥₦₹₵"
MINUS = "-\u2212\uff0d"
GAPS = "\u00a0\u202f\u2009'\u2019_"  # that stand within a number; an ordinary space may stand between two
MARKS = ".,\u066b\u066c"
NUMBER = re.compile(
    rf"(?P<sign>(?<![\w)\]])[{MINUS}](?=[{MONEY}\d{MARKS}]))?(?:[{MONEY}]\s?)?(?P<late>(?<=[{MONEY}])[{MINUS}])?"
    rf"(?P<digits>[{MARKS}]?\d(?:[{MARKS}{GAPS}]?\d)*)(?:\s?[/\u2044]\s?(?P<below>\d+)(?![\d/]))?"
)
GROUPS = re.compile(r"[1-9]\d{0,2}(?:,\d{3})+|[1-9]\d?(?:,\d\d)+,\d{3}")  # thousands, and India's lakhs


@dataclass(frozen=True)
class Number:
    """A number in a text, where it begins, and its value in plain digits, such as "-1200.5"."""

    start: int
    value: str


def number_of(text: str) -> str | None:
    """The number that a text gives as its answer; None where it gives none.

    Behind the last "The answer is", "Answer:" or "####" it is the first one, or what an equals sign leads to; where
    nothing is marked so, the last.
    """
    marks = [match for match in SAID.finditer(text) if any(numbers(text[match.end() :]))]
    said = text[marks[-1].end() :] if marks else text
    found = list(numbers(said))
    if not marks:
        return found[-1].value if found else None
    clause = said.partition("\n")[0] if found[0].start < len(said.partition("\n")[0]) else said
    equals = clause.rfind("=")
    return next((one.value for one in found if equals < one.start < len(clause)), found[0].value)


def numbers(text: str) -> Iterator[Number]:
    """The numbers of a text, in their order."""
    for match in NUMBER.finditer(text):
        value = _value("".join(map(_digit, match["digits"])))
        below = Decimal("".join(map(_digit, match["below"]))) if match["below"] else Decimal(1)
        if below:
            negative = bool(match["sign"] or match["late"])
            yield Number(match.start(), _plain((-value if negative else value) / below))


def _digit(character: str) -> str:
    """The plain digit, or mark, that a character is; nothing for a gap."""
    marks = {"\u066b": ".", "\u066c": ",", ".": ".", ",": ","}
    return marks.get(character) or (str(unicodedata.digit(character)) if character not in GAPS else "")


def _value(digits: str) -> Decimal:
    """What plain digits with points and commas stand for.

    Of two kinds of marks the last one is the decimal mark. One kind, twice, separates thousands; a comma does before
    three digits, unless the number begins with 0; a lone point never does, as in 1.500.
    """
    last = max(digits.rfind("."), digits.rfind(","))
    if last < 0:
        return Decimal(digits)
    mark, other = digits[last], ",.".replace(digits[last], "")
    if other in digits and digits.count(mark) == 1:
        return Decimal(digits[:last].replace(other, "") + "." + digits[last + 1 :])
    separates = digits.count(mark) > 1 or (mark == "," and GROUPS.fullmatch(digits))
    return Decimal(digits.replace(",", "").replace(".", "") if separates else digits.replace(",", "."))


def _plain(value: Decimal) -> str:
    """Without an exponent, needless zeros, or the sign of zero."""
    shown = format(value, "f")
    shown = shown.rstrip("0").rstrip(".") if "." in shown else shown
    return "0" if shown in ("-0", "") else shown
