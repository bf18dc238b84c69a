"""The order of the stages, and the only module that knows it."""
