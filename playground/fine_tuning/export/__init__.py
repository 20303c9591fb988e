"""A finished run's model as something to take along: archives, code that loads it, the Hub."""
