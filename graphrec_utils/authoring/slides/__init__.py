"""Lessons as decks for a hall."""
