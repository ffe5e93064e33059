"""One result, told to students, instructors and other programs."""
