"""A model that answers while people label: Label Studio's machine-learning backend protocol, over HTTP."""
