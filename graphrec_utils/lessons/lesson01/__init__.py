"""The exercises of lesson 01, one a file, found by their names."""
