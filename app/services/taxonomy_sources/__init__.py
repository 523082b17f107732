"""Imports of official classifications: what their files look like, and how they meet what is already there."""
