"""From what was handed in to one answer per exercise."""
