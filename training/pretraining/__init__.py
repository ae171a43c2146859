"""Pretraining on raw articles: word vectors for the compact encoder, masked words for a pretrained one."""
