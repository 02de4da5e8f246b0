"""Runs diagnostics over languages and models: parallel sentences, measured transfer, documents and pictures."""

__all__ = ["diagnose", "document", "parallel", "pictures", "records", "transfer"]
