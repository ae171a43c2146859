"""HTML, Markdown and JSON reports of an evaluation. The figures are computed in `training.analysis`."""
