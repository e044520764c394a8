"""`explain`: what every line of a script means."""
