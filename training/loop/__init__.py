"""The training loop and all it needs: data, steps, optimizer, checkpoints, the run's folder."""
