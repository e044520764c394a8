"""The playground: the generator as a page in the browser."""
