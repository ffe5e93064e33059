"""The exercises of lesson 02, one a file, found by their names."""
