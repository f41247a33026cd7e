"""KEEP: all that knows SQL or the disk; the ledger of addresses, the articles, the page archive."""
