"""The way to Label Studio and back: sync, migration, suggestions, repair, project, server, convert."""
