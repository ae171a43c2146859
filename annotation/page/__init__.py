"""Shared parts of the HTML pages: highlighted text, titles, templates and styles."""
