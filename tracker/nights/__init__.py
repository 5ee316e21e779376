"""Stored headlines into topics, themes, attention and findings, night by night."""
