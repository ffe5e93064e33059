"""The exercises of lesson 06, one a file, found by their names."""
