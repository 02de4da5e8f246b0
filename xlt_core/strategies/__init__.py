"""How the language is crossed: one strategy a file."""
