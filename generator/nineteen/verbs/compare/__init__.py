"""`compare`: the batch sizes side by side, every common claim measured."""
