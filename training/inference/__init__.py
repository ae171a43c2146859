"""Loading of trained models and prediction on Documents: in this process, on Ray, from ONNX graphs, as a pipeline."""
