"""The exercises of lesson 00, one a file, found by their names."""
