"""What pages share: documents in several formats, one look, estimates with their intervals."""
