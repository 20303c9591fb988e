"""What a trained model is worth, on examples that it has not learned from."""
