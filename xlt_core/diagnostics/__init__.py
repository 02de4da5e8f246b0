"""What one can know before choosing a language, a model or a translator: one diagnostic a file."""
