"""The cases that the course is about, each a small model: its parameters, its training function, its test functions."""
