"""Encoding of Documents as model inputs and targets, and decoding of model outputs into Documents. Without torch."""
