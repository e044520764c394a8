"""What the program can do: one folder a verb, and each begins at command.py."""

# Reserved names: each is a folder here, whose command.py has a `main`.
VERBS = {
    "list": "print every gate with its truth table",
    "catalogue": "make the scripts in generated/ again",
    "check": "check the scripts in files and folders",
    "sweep": "measure what share of seeds learns",
    "compare": "measure what the batch size does, as a lesson",
    "explain": "show what every line of a script means",
    "steps": "show one update of a training, line by line, with its numbers",
    "playground": "choose, see and run scripts in the browser",
}
