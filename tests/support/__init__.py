"""What tests share: the contract check, callers, factories."""
