"""The translators of texts to the pivot language and back: one kind of translator a file."""
