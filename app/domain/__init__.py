"""The rules of the labour market: plain Python, no framework, no I/O, no clock of its own."""
