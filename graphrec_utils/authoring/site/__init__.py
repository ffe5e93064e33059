"""Lessons as a website."""
