"""Files of Documents, Parquet tables, and the names of the files that a pull writes."""
