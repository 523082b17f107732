"""What the commands of `hub` do; `app.cli` only parses. Each module imports what is heavy when it runs."""
