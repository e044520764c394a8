"""`--format md|ipynb|html`: a lesson around a verified script."""
