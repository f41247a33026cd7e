"""A look at one site: what its channels answer and how its articles read; of an unknown one, which it has.

`python -m crawler.survey` is a process of its own and asks politely: through the gates, guards and delays of
a crawl, a few requests only. It stores nothing and prints its report as one line of JSON.
"""
