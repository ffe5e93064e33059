"""The exercises of lesson 10, one a file, found by their names."""
