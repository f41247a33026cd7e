"""Run as a program: gives `carnews` the commands in its argument, one after the other, and prints as JSON
the exit code, standard output and standard error of each, as if each had its own process with pipes.
"""

import io
import json
import sys
from contextlib import redirect_stderr, redirect_stdout

import carnews


def told(words: list[str]) -> tuple[int, str, str]:
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="") for _ in range(2))
    sys.argv = ["carnews", *words]
    code: object = None
    with redirect_stdout(out), redirect_stderr(err):
        try:
            carnews.main()
        except SystemExit as end:
            code = end.code
    assert isinstance(code, int), code
    return code, written(out), written(err)


def written(stream: io.TextIOWrapper) -> str:
    stream.flush()
    buffer = stream.buffer
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue().decode()


if __name__ == "__main__":
    print(json.dumps([told(words) for words in json.loads(sys.argv[1])]))
