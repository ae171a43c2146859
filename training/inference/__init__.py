"""A trained model loaded and applied to Documents: in this process, on Ray, from ONNX graphs, as a pipeline."""
