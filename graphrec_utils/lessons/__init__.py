"""What belongs to one lesson, in a folder of its own: exercises, one a file, questions, and visuals.

Nothing imports a lesson by name but its own files: `exercises.find` and `plots.visuals` find it by its folder.
"""
