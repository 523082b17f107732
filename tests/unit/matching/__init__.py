"""Tests of the match: its formula, its index, and what must always hold."""
