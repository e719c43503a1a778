"""The hand-over of a pupil from one school to another, and the states of a pupil at a school."""
