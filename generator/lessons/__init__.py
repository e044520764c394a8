"""What stands around a script: explanations, lessons in three formats, exercises, a course."""
