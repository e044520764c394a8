"""`--exercise`: a script with blanks, the checks that grade them, and the solution."""
