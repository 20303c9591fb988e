"""Runs that train in the background, whoever looks."""
