"""Reference data that ships with the package: the taxonomy, regions, minimum wages and small code lists."""
