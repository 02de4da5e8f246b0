"""A progress bar that suits where it is shown: a widget in a notebook, a line in a terminal."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager

FORMAT = "{l_bar}{bar}| {n:.0f}/{total:.0f}{postfix}"
Show = Callable[[float, float, str], None]


@contextmanager
def progress(shown: bool) -> Iterator[Show]:
    """Gives a function of what is done, of the total, and of a word on what is going on. shown: False shows nothing."""
    bars = []  # made with the first news: a call that is off shows none

    def show(done: float, total: float, doing: str) -> None:
        if not bars:
            bars.append(_tqdm()(total=total, disable=not shown, leave=False, bar_format=FORMAT))
        (bar,) = bars
        if total != bar.total:
            bar.reset(total)
        bar.set_postfix_str(doing, refresh=False)
        bar.update(done - bar.n)

    try:
        yield show
    finally:
        for bar in bars:
            bar.close()


def _tqdm() -> type:
    with warnings.catch_warnings():  # that there are no widgets only means that a line is shown
        warnings.simplefilter("ignore")
        from tqdm.auto import tqdm
    return tqdm
