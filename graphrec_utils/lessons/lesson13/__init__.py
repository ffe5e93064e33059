"""The exercises of lesson 13, one a file, found by their names."""
