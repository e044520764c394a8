"""From a command line to a verified script: spec, recipe, source text, run, verdict, file."""
