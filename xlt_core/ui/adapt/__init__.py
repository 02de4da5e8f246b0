"""The page Adapt: text of a language in, adapted weights out."""
