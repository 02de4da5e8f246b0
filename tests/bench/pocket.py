"""Measures the bundled models on the bundled test split and prints the table of docs/benchmarks.md.

Usage: python tests/bench/pocket.py [--samples 300] [--split test] [--languages kin,hau,lug] [--model pocket]
"""

from __future__ import annotations

import argparse
import sys
import time
from itertools import islice
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from xlt_core import catalog
from xlt_core.comparison.compare import compare
from xlt_core.comparison.data import split_rows
from xlt_core.comparison.sampling import sample
from xlt_core.models.names import model_path
from xlt_core.records import Column, Comparison, Plan, Score
from xlt_core.scoring.metrics import measure
from xlt_core.world import world

TASKS = {"topic": "macro_f1", "ner": "f1", "summary": "rouge_l"}
COLUMNS = tuple(Column(name, name) for name in ("prompt", "translate", "laft"))


def shown(score: Score | None) -> str:
    return f"{score.value:.2f} ({score.low:.2f}-{score.high:.2f})" if score else "-"


def run(plan: Plan) -> Comparison:
    for comparison in compare(plan):  # noqa: B007
        pass
    for column in comparison.runs:
        if column.state != "done" or column.errors:
            raise SystemExit(f"{plan.task} {plan.language} {column.name}: {column.state} {column.note}")
    return comparison


def line(plan: Plan, metric: str) -> str:
    """A row of the table: the headline score of each column, and the pairs that differ decisively."""
    comparison = run(plan)
    scores = {column.name: column.scores.get(metric) for column in comparison.runs}
    decisive = [
        f"{t.a} {'>' if t.difference > 0 else '<'} {t.b}" for t in comparison.tests if t.p < 0.01 and t.metric == metric
    ]
    cells = [shown(scores.get(column.name)) for column in COLUMNS]
    return f"| {plan.task} | {plan.language} | {' | '.join(cells)} | {', '.join(decisive) or '-'} |"


def translation(language: str, samples: int, translator: str) -> str:
    """chrF of the translation model both ways on the test items."""
    items = sample(split_rows(Plan("topic", language)), samples, seed=0)
    engine = catalog.translator(translator)
    cells = []
    for source, target in ((language, "eng"), ("eng", language)):
        texts = [e.text if source == language else e.pivot.text for e in items]
        golds = [e.pivot.text if source == language else e.text for e in items]
        replies = dict(engine.translate(texts, catalog.language(source), catalog.language(target)))
        outputs = [replies[i].text for i in range(len(texts))]
        cells.append(shown(measure(("chrf",), golds, outputs)["chrf"]))
    return f"| {language} | {' | '.join(cells)} |"


def perplexity(language: str, model: str, documents: int = 100) -> str:
    """Bits per byte of new raw text, of the target language and of English, without and with the adapter."""
    from peft import PeftModel
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from xlt_core.probing.bits_per_byte import bits_per_byte

    path = model_path(model)
    tokenizer, base = AutoTokenizer.from_pretrained(path), AutoModelForCausalLM.from_pretrained(path).float()
    adapted = PeftModel.from_pretrained(base, f"{path}/adapters/{language}")
    cells = []
    for code in (language, "eng"):
        texts = list(islice(world.documents(code, seed=2), documents))
        with adapted.disable_adapter():
            before = bits_per_byte(adapted, tokenizer, texts)
        after = bits_per_byte(adapted, tokenizer, texts)
        cells += [f"{before:.3f}", f"{after:.3f}"]
    return f"| {language} | {' | '.join(cells)} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=300)
    parser.add_argument("--split", default="test")
    parser.add_argument("--shots", type=int, default=4)
    parser.add_argument("--languages", default="kin,hau,lug")
    parser.add_argument("--tasks", default=",".join(TASKS))
    parser.add_argument("--strategies", default="prompt,translate,laft")
    parser.add_argument("--model", default="pocket")
    parser.add_argument("--translator", default="pocket")
    given = parser.parse_args()
    languages, started = given.languages.split(","), time.monotonic()
    columns = tuple(c for c in COLUMNS if c.name in given.strategies.split(","))
    print("| task | language | prompt | translate | laft | decisive (p < 0.01) |\n|---|---|---|---|---|---|")
    for task in given.tasks.split(","):
        for language in ["eng", *languages]:
            chosen = columns if language != "eng" else COLUMNS[:1]
            plan = Plan(
                task,
                language,
                chosen,
                split=given.split,
                model=given.model,
                translator=given.translator,
                shots=given.shots,
                samples=given.samples,
            )
            print(line(plan, TASKS[task]), flush=True)
    if "translate" in given.strategies:
        print("\n| chrF | to English | from English |\n|---|---|---|")
        print("\n".join(translation(language, given.samples, given.translator) for language in languages), flush=True)
    if "laft" in given.strategies:
        print("\n| bits per byte | own text before | after | English before | after |\n|---|---|---|---|---|")
        print("\n".join(perplexity(language, given.model) for language in languages), flush=True)
    print(f"\n{time.monotonic() - started:.0f} seconds", file=sys.stderr)


if __name__ == "__main__":
    main()
