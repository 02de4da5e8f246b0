"""Measures how soon a visitor has the first answers: of an app that has just been started, and on a phone.

Usage: python tests/bench/first_answer.py [--repeats 3] [--wait 8]

"cold": app.py is started, and Compare is pressed so many seconds (--wait) later: the seconds from there to the last
answer. "phone": on a page 390 pixels wide whose app has loaded its models: the seconds from opening it to the answers
for a sentence of the visitor's own, and the taps besides typing it.
"""

from __future__ import annotations

import argparse
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from urllib.error import URLError
from urllib.request import urlopen

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from helpers.browser import ARGUMENTS, CHROMIUM, PATIENCE, compare, finished
from playwright.sync_api import Browser, Page, sync_playwright

APP = Path(__file__).resolve().parents[2] / "app.py"
SENTENCE = "Umukinnyi yatsinze umukino wa nyuma"
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@contextmanager
def started() -> Iterator[tuple[str, float]]:
    """The address of an app that has just begun to answer, and when it was started, in seconds of perf_counter."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = {"GRADIO_SERVER_PORT": str(port), "XLT_STORE": ":memory:", "GRADIO_ANALYTICS_ENABLED": "False"}
    began, url = time.perf_counter(), f"http://127.0.0.1:{port}/"
    app = subprocess.Popen([sys.executable, str(APP)], env=os.environ | own, stdout=subprocess.DEVNULL)
    try:
        while not answers(url):
            if app.poll() is not None:
                raise SystemExit("The app has ended before it answered.")
            time.sleep(0.05)
        yield url, began
    finally:
        app.terminate()
        app.wait()


def answers(url: str) -> bool:
    try:
        return urlopen(url, timeout=5).status == 200
    except (URLError, TimeoutError):
        return False


def opened(browser: Browser, url: str, **options: object) -> Page:
    """A page with its first view, in a browser that has kept nothing."""
    tab = browser.new_context(**options).new_page()
    tab.set_default_timeout(PATIENCE)
    tab.goto(url)
    tab.wait_for_selector("#compare:not([disabled])")
    return tab


def cold(browser: Browser, wait: float) -> float:
    """Seconds from pressing Compare to the answers, on an app that was started `wait` seconds ago."""
    with started() as (url, began):
        tab = opened(browser, url)
        time.sleep(max(0.0, began + wait - time.perf_counter()))
        pressed = time.perf_counter()
        compare(tab)
        assert finished(tab) == ["done"] * 3
        return time.perf_counter() - pressed


def phone(browser: Browser, url: str) -> tuple[float, int]:
    """Seconds from opening the page on a phone to the answers for an own sentence, and taps."""
    began, taps = time.perf_counter(), 0
    tab = opened(browser, url, **PHONE)

    def tap(selector: str) -> None:
        nonlocal taps
        taps += 1
        tab.tap(selector)

    tap("#own-text")
    tab.wait_for_function("document.activeElement?.closest('#text') && !document.activeElement.value")
    tab.keyboard.insert_text(SENTENCE)
    compare(tab, lambda: tap("#compare"))
    assert finished(tab) == ["done"] * 3 and SENTENCE in (tab.text_content("#columns") or "")
    seconds = time.perf_counter() - began
    tab.context.close()
    return seconds, taps


def print_row(what: str, seconds: list[float], taps: str) -> None:
    each = ", ".join(f"{one:.1f}" for one in sorted(seconds))
    print(f"| {what} | {median(seconds):.1f} | {each} | {taps} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--wait", type=float, default=8)
    given = parser.parse_args()
    print("| visit | seconds, median | each | taps |\n|---|---|---|---|")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        print_row("cold", [cold(browser, given.wait) for _ in range(given.repeats)], "1")
        with started() as (url, _):
            phone(browser, url)  # loads the models
            found = [phone(browser, url) for _ in range(given.repeats)]
        print_row("phone", [seconds for seconds, _ in found], ", ".join(sorted({str(taps) for _, taps in found})))


if __name__ == "__main__":
    main()
