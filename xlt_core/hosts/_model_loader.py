"""How the model pool loads the model of the local host."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlt_core.models.pool import ModelLoader, model_bytes

if TYPE_CHECKING:
    from xlt_core.models.loading import ModelDescription


def loader(model: ModelDescription, suffix: str = "") -> ModelLoader:
    """suffix: of the name under which the pool knows this copy of the model."""
    from xlt_core.engine.encoder_decoder import engine_for
    from xlt_core.models import loading

    return ModelLoader(
        f"{model.name}{suffix}", model.device, model.bytes_needed, lambda: loading.fetch_weights(model),
        lambda: engine_for(loading.load_weights(model), model.end_tokens), lambda engine: model_bytes(engine.model),
    )  # fmt: skip
