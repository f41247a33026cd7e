"""WATCH: what is due, one child process per crawl, deadlines."""
