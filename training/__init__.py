"""The learning side of naba: snapshots in, models, predictions, scores and reports out."""
