"""Lesson source in, notebooks out."""
