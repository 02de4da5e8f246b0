"""Measures what it costs to open the page: seconds until it can be used, CPU seconds of browser and server, kB sent.

Usage: python tests/bench/page_load.py [--repeats 4]

"first": with an empty cache, after a visit that has loaded the models. "again": with what the browser has kept. The CPU
seconds are those of the browser's process that draws the page, and of all threads of the server, each until 1.5 seconds
after the page can be used.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any
from urllib.request import urlopen

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ |= {"XLT_STORE": ":memory:", "OMP_NUM_THREADS": "1", "GRADIO_ANALYTICS_ENABLED": "False"}

from helpers.browser import ARGUMENTS, CHROMIUM, served
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from xlt_core.store.store import Store

SETTLED = 1500  # milliseconds, after which nothing of a visit is left to do


def arrive(tab: Page, url: str) -> None:
    """Goes to the page, and waits until it says where the model runs and shows its three columns."""
    tab.goto(url)
    tab.wait_for_function("document.querySelector('#host')?.innerText.includes('pocket @')")
    tab.wait_for_function("document.querySelectorAll('.xlt-column').length === 3")


def renderer_seconds(browser: Browser) -> float:
    """CPU seconds of the processes that draw pages."""
    processes = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
    return sum(process["cpuTime"] for process in processes if process["type"] == "renderer")


def opened(browser: Browser, context: BrowserContext, url: str) -> tuple[float, float, float, float]:
    """Opens the page once. Seconds until it can be used, CPU seconds of browser and server, and kB received."""
    sizes: list[float] = []
    tab = context.new_page()
    network = context.new_cdp_session(tab)
    network.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    network.send("Network.enable")
    drawn, own, began = renderer_seconds(browser), time.process_time(), time.perf_counter()
    arrive(tab, url)
    seconds = time.perf_counter() - began
    tab.wait_for_timeout(SETTLED)
    cost = renderer_seconds(browser) - drawn, time.process_time() - own
    tab.close()
    return seconds, *cost, sum(sizes) / 1000


def print_row(name: str, found: list[tuple[float, ...]]) -> None:
    seconds, drawn, own, size = (median(values) for values in zip(*found, strict=True))
    print(f"| {name} | {seconds:.2f} | {drawn:.2f} | {own:.2f} | {size:.0f} |", flush=True)


def print_size(url: str) -> None:
    """What the time of opening the page grows with."""
    with urlopen(f"{url}config") as answer:
        page = json.load(answer)
    events = sum(len(one["targets"]) for one in page["dependencies"])
    print(f"{len(page['components'])} widgets, which {events} events come from\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=4)
    repeats = parser.parse_args().repeats
    size: Any = {"width": 1280, "height": 900}
    with served(Store(":memory:")) as url, sync_playwright() as playwright:
        print_size(url)
        print("| visit | seconds until usable | CPU of the browser | CPU of the server | kB |\n|---|---|---|---|---|")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        contexts = [browser.new_context(viewport=size) for _ in range(repeats + 1)]
        opened(browser, contexts[0], url)
        print_row("first", [opened(browser, context, url) for context in contexts[1:]])
        print_row("again", [opened(browser, contexts[0], url) for _ in range(repeats)])


if __name__ == "__main__":
    main()
