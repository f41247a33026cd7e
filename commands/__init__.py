"""ASK: the subcommands, short functions that wire the rooms together."""
