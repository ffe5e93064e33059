"""The exercises of lesson 17, one a file, found by their names."""
