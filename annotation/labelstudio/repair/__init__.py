"""Findings shown on the tasks they concern, and automatic repair of annotations where that is safe."""
