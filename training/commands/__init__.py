"""The commands of the learning side: Hydra composes the configuration, a plain function does the work."""
