"""`catalogue`: the committed scripts and pages under generated/."""
