"""Shared fixtures: the database is a real PostGIS, made once per worker."""
