"""Fine-tuning on a visitor's own table, in the background."""
