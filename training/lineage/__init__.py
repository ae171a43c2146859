"""What a model and a release were made from: records, hashes, and Weights & Biases."""
