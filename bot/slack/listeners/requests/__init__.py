"""Listeners of requests: ask, decide, pending."""
