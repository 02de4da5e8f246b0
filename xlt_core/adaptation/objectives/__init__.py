"""What a model can be adapted by: one objective a file, whose name is its id."""

__all__: list[str] = []
