"""The batch sizes compared: every common claim measured."""
