"""Declared data (loop kinds; later prevention plans) and the checks that it must pass."""
