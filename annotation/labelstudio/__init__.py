"""Label Studio integration: sync, migration, suggestions, repair, project, server, convert."""
