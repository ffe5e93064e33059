"""The course map: how the methods of the syllabus descend from each other, drawn as SVG."""
