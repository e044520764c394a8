"""`sweep`: how many seeds learn, on one core, several, or a cluster."""
