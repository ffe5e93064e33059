"""The exercises of lesson 14, one a file, found by their names."""
