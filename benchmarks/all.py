"""Every benchmark there is, one after the other: `make bench`.

What needs the real pages fails without them, and the rest still runs; the exit code is the worst of all.
"""

import subprocess
import sys
from pathlib import Path

PROGRAMS = (
    ("quality.py", "--peers", "--part", "0", "--worst", "10"),
    ("speed.py", "--peers"),
    ("layouts.py", "--peers"),
    ("vehicles.py",),
    ("week.py", "--days", "2", "--every", "1h"),
    ("crawl.py",),
)


def main() -> int:
    codes = [0]
    for name, *words in PROGRAMS:
        program = Path(__file__).with_name(name)
        if program.exists():
            print(f"\n== {' '.join([name, *words])}", flush=True)
            codes.append(subprocess.run([sys.executable, str(program), *words], check=False).returncode)
    return max(codes, key=abs)


if __name__ == "__main__":
    sys.exit(main())
