"""The adapted models that were made here, by `adapt`: a folder each in XLT_ADAPTERS, with its card."""

from __future__ import annotations

from xlt_core import settings
from xlt_core.adaptation import card as cards


def made(model: str, revision: str, language: str = "") -> dict[str, str]:
    """Folders by name, the newest first, of what was made from a base model, for a language or for any.

    model: the base's Hub id, which is enough; else the revision decides, for a folder may have any name.
    """
    found: dict[str, str] = {}
    for path in sorted(settings.ADAPTERS.glob(f"*/{cards.NAME}"), key=lambda path: -path.stat().st_mtime):
        card = cards.read(path.parent)
        base, codes = card.get("base", {}), card.get("plan", {}).get("corpora", ())
        ours = base.get("revision") == revision or ("/" in model and base.get("model") == model)
        if ours and (not language or language in codes):
            found[path.parent.name] = str(path.parent)
    return found
