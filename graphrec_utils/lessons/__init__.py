"""What belongs to one lesson, in a folder of its own: exercises, one a file, and questions.

Nothing imports a lesson by name but its own files: `exercises.find` finds it by its folder.
"""
