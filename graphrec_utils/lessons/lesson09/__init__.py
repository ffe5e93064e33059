"""The exercises of lesson 09, one a file, found by their names."""
