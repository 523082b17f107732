"""Benchmarks that ship with the package, run by ``hub bench``."""
