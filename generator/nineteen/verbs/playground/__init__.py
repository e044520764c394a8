"""`playground`: the generator in the browser."""
