"""The exercises of lesson 04, one a file, found by their names."""
