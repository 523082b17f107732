"""Judges of the contract and the schema that are run as programs."""
