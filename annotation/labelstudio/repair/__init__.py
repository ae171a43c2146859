"""Findings shown on the tasks they are about, and repairs of annotations that are safe."""
