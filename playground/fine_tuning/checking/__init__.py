"""What is wrong with a file, found before a run starts."""
