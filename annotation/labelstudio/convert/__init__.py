"""Conversion of Documents to Label Studio's JSON and back; what cannot be converted is quarantined. Pure."""
