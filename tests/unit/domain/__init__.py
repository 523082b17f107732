"""Tests of the plain rules: properties over generated values, and the edges of each rule."""
