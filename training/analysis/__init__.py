"""What scores mean: comparisons, significance, calibration, slices, errors, leakage, learning curves."""
