"""The options of launch(): theme, styles, icon and script of the page."""

from __future__ import annotations

from typing import Any

import gradio as gr
from fastapi import HTTPException, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.middleware import Middleware

from xlt_core import catalog
from xlt_core.findings.colours import colour
from xlt_core.settings import ASSETS, PUBLIC
from xlt_core.ui.compression import PageCompression
from xlt_core.ui.shared import page_words

SANS = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "sans-serif"]
MONO = ["ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "Noto Sans Mono", "monospace"]
ACCENT = gr.themes.Color(
    c50="#eef6f7", c100="#d6e9ec", c200="#aed4d9", c300="#7db9c1", c400="#4b9aa5", c500="#2b7d89",
    c600="#1f6672", c700="#1a535d", c800="#17434b", c900="#13363d", c950="#0b2327",
)  # fmt: skip


def launch_options() -> dict[str, Any]:
    """The options of launch(), for the app and for tests."""
    return {
        "theme": theme(),
        "css": (ASSETS / "style.css").read_text(encoding="utf-8"),
        "head": _head(),
        "favicon_path": str(ASSETS / "icon.svg"),
        "footer_links": ["api"],
        "run_history": False,
        "max_file_size": "20mb" if PUBLIC else "50mb",
        "show_error": False,
        "app_kwargs": {
            "exception_handlers": {404: _not_found},
            "middleware": [Middleware(PageCompression, compresslevel=6)],
        },
    }


def _not_found(request: Request, error: HTTPException) -> Response:
    """Redirects an address with a slash too many, such as //?plan=..., to the page."""
    if not request.url.path.strip("/"):
        return RedirectResponse(f"{request.scope.get('root_path', '')}/?{request.url.query}")
    return JSONResponse({"detail": error.detail}, 404, error.headers)


def theme() -> gr.themes.Base:
    """One accent colour, and the fonts of the visitor's machine."""
    return gr.themes.Base(
        primary_hue=ACCENT, secondary_hue=ACCENT, neutral_hue="slate", font=SANS, font_mono=MONO,
        radius_size="sm", text_size="md", spacing_size="sm",
    ).set(
        body_background_fill="#fbfbf9", body_background_fill_dark="#14171a",
        background_fill_primary_dark="#1a1e22", background_fill_secondary_dark="#171b1e",
        block_background_fill="transparent", block_background_fill_dark="transparent",
        block_border_width="0px", block_shadow="none",
        block_label_background_fill="transparent", block_label_background_fill_dark="transparent",
        block_title_text_weight="600", block_info_text_size="12px",
        input_border_width="1px", input_background_fill="#ffffff", input_background_fill_dark="#20252a",
        button_primary_background_fill="*primary_600", button_primary_background_fill_hover="*primary_700",
        button_primary_background_fill_dark="*primary_500", button_primary_text_color="#ffffff",
        button_secondary_background_fill="#ffffff", button_secondary_background_fill_dark="#20252a",
        button_secondary_border_color="#cfd5da", button_secondary_border_color_dark="#3c444c",
        button_border_width="1px", button_cancel_background_fill="#ffffff", button_cancel_text_color="#9b2f2a",
        button_cancel_background_fill_dark="#20252a", button_cancel_text_color_dark="#f08a82",
        block_info_text_color="#5c646c", block_info_text_color_dark="#a2abb4",
        body_text_color_subdued="#5c646c", body_text_color_subdued_dark="#a2abb4",
        input_placeholder_color="#5c646c", input_placeholder_color_dark="#a2abb4",
        link_text_color="*primary_600", link_text_color_dark="*primary_300",
        block_title_text_color="#1d2227", block_title_text_color_dark="#e8ebee",
    )  # fmt: skip


def _head() -> str:
    """The script, the strategies' colours, and what hides the knobs of unticked ones, inline: nothing is fetched."""
    names = catalog.strategies()
    colours = "".join(f"#strategy-{name},#evaluate-strategy-{name}{{--strategy:{colour(name)}}}" for name in names)
    hidden = "".join(
        f"body:not(:has(#{prefix}strategy-{name} input:checked)) #{prefix}knobs-of-{name}{{display:none}}"
        for name in names
        for prefix in ("", "evaluate-")
    )
    script = (ASSETS / "page.js").read_text(encoding="utf-8")
    return f"<style>{colours}{hidden}</style><script>{script}</script>{page_words.script()}"
