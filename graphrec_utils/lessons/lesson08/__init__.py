"""The exercises of lesson 08, one a file, found by their names."""
