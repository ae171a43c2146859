"""The labelling side of naba: articles in, gold documents and snapshots out."""
