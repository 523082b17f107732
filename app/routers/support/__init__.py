"""What every router needs: the route class, declarations of operations, dependencies."""
