"""Measures many visitors at once with prompt and translate: whether all answers are right, and who waits longest.

Usage: python tests/bench/visitors.py [--visitors 20] [--model pocket] [--translator pocket] [--language kin]
       [--task topic] [--shots 4] [--lesson NUMBER]

With --lesson the visitors come over HTTP, as a class does, and all press Compare in that lesson at the same moment.
Each visitor compares the two strategies on an item of their own, all at the same moment, on the same models. Then each
asks the same alone, one after the other: the answers must be the same.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from statistics import median
from threading import Barrier

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from xlt_core import catalog
from xlt_core.comparison.compare import compare
from xlt_core.lessons.lesson import lessons
from xlt_core.records import Column, Comparison, Plan

COLUMNS = (Column("prompt", "prompt"), Column("translate", "translate"))
Answers = list[tuple[object, tuple[str, ...]]]


def visit(plan: Plan, together: Barrier | None = None) -> tuple[Answers, float]:
    """The answers of a visitor with the texts of all calls, and the seconds until the last of them."""
    if together:
        together.wait()
    began = time.monotonic()
    *_, last = compare(plan)
    return answers(last), time.monotonic() - began


def answers(comparison: Comparison) -> Answers:
    return [(prediction.answer or prediction.error, tuple(reply.text for reply in prediction.replies))
            for run in comparison.runs for prediction in run.predictions]  # fmt: skip


def measure(plans: Sequence[Plan]) -> tuple[int, list[float], list[float]]:
    """How many visitors got what they get alone; the seconds of each together, and of each alone."""
    visit(plans[0])  # loads the models
    together = Barrier(len(plans))
    with ThreadPoolExecutor(len(plans)) as pool:
        crowd = list(pool.map(lambda plan: visit(plan, together), plans))
    alone = [visit(plan) for plan in plans]
    right = sum(ours == theirs and bool(ours) for (ours, _), (theirs, _) in zip(crowd, alone, strict=True))
    return right, [seconds for _, seconds in crowd], [seconds for _, seconds in alone]


def measure_class(visitors: int, lesson: int) -> tuple[int, int, list[float]]:
    """How many visitors saw what one alone sees, how many comparisons were computed, and the seconds of each."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    os.environ |= {"XLT_STORE": ":memory:", "GRADIO_ANALYTICS_ENABLED": "False"}
    from helpers.browser import served
    from helpers.http_visitor import Visitor, config_of

    from xlt_core.store.store import Store
    from xlt_core.ui.compare import handlers
    from xlt_core.ui.shared import zero_gpu

    computed, compared = [], zero_gpu.run_comparison
    zero_gpu.run_comparison = lambda plan: computed.append(plan) or compared(plan)
    visit(replace(lessons()[lesson - 1].plan, samples=1, seed=1))  # loads the models
    with served(Store(":memory:")) as url, ThreadPoolExecutor(visitors) as pool:
        config = config_of(url)
        together = Barrier(visitors)
        crowd = list(pool.map(lambda _: Visitor(url, config).take(lesson, together), range(visitors)))
        number = len(computed)
        handlers.SAME.finished.clear()  # so that it is computed again
        alone, _ = Visitor(url, config).take(lesson)
    return sum(seen == alone for seen, _ in crowd), number, [seconds for _, seconds in crowd]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visitors", type=int, default=20)
    parser.add_argument("--model", default="pocket")
    parser.add_argument("--translator", default="pocket")
    parser.add_argument("--language", default="kin")
    parser.add_argument("--task", default="topic")
    parser.add_argument("--shots", type=int, default=4)
    parser.add_argument("--lesson", type=int, choices=[n for n, lesson in enumerate(lessons(), 1) if lesson.plan])
    given = parser.parse_args()
    if given.lesson:
        right, computed, crowd = measure_class(given.visitors, given.lesson)
        print(f"{right} of {given.visitors} visitors saw what one alone sees; comparisons computed: {computed}")
        print(f"the slowest {max(crowd):.1f} s, the middle one {median(crowd):.1f} s, the first {min(crowd):.1f} s")
        print("load over the last minute:", os.getloadavg()[0])
        return
    plan = Plan(given.task, catalog.language(given.language).code, COLUMNS, model=given.model, samples=1,
                translator=given.translator, shots=given.shots)  # fmt: skip
    plans = [Plan(**{**vars(plan), "seed": seed}) for seed in range(given.visitors)]
    right, crowd, alone = measure(plans)
    print(f"{right} of {len(plans)} visitors have the answers that they get alone")
    print(f"together: the slowest {max(crowd):.1f} s, the middle one {median(crowd):.1f} s")
    print(f"alone: the slowest {max(alone):.1f} s, all one after the other {sum(alone):.1f} s (translations kept)")


if __name__ == "__main__":
    main()
