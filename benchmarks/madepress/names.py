"""The names a made site gives its elements: the template's own, or what other ways make of them."""

import hashlib
import re
from collections.abc import Callable
from random import Random

CLASS = re.compile(r' (class|id)="([^"]*)"')
BOX_TAGS = re.compile(r"<(/?)(?:article|section|aside|header|footer|nav|main|figure|figcaption)(?=[\s>])")
WAYS = (
    ("plain",) * 9 + ("bem",) * 3 + ("modules",) * 3 + ("hash",) * 3 + ("emotion", "tailwind", "none", "none")
)
SHORT = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
TAILWIND = (  # noqa: SIM905
    "flex block grid relative mx-auto w-full max-w-3xl px-4 py-2 mt-6 mb-4 text-lg text-sm text-gray-700 "
    "font-bold leading-7 tracking-tight md:w-2/3 lg:col-span-8 space-y-4 border-t rounded-lg bg-white "
    "items-center justify-between gap-4 overflow-hidden hover:underline md:text-xl lg:px-0 pt-8 not-prose "
    "shadow-sm divide-y sm:flex-row shrink-0 w-[320px] text-[#1a1a1a]"
).split()
SITES = ("tq", "mx", "c-car", "o", "apx", "kb", "site", "nd", "theme", "vx")


def digest(text: str, salt: int) -> int:
    return int.from_bytes(hashlib.blake2b(f"{salt}:{text}".encode(), digest_size=8).digest(), "big")


def letters(number: int, size: int) -> str:
    """`number` as `size` letters and digits, the first a letter."""
    out = [SHORT[number % 52]]
    for _ in range(size - 1):
        number //= 62
        out.append(SHORT[number % 62])
    return "".join(out)


def renaming(way: str, rng: Random) -> Callable[[str], str]:
    """From a class attribute's value to what it is on this site; "" takes the attribute away."""
    salt, site = rng.randrange(1 << 30), rng.choice(SITES)
    size = rng.randint(5, 8)

    def one(name: str) -> str:
        number = digest(name, salt)
        if way == "bem":
            return f"{site}-{name}"
        if way == "modules":
            return f"{name.replace('-', '_')}__{letters(number, 5)}"
        if way == "emotion":
            return f"css-{letters(number, 6).lower()}"
        return (
            f"sc-{letters(number, size)} {letters(number >> 9, size)}" if size == 8 else letters(number, size)
        )

    def value(names: str) -> str:
        if way == "tailwind":
            number = digest(names, salt)
            return " ".join(TAILWIND[(number >> 5 * at) % len(TAILWIND)] for at in range(2 + number % 6))
        return " ".join(map(one, names.split()))

    return value


def renamed(html: str, way: str, rng: Random) -> str:
    """The page under another way of naming; ids stay only where classes keep their words."""
    if way == "plain":
        return html
    if way == "none":
        return CLASS.sub("", html)
    value = renaming(way, rng)
    seen: dict[str, str] = {}

    def change(found: re.Match[str]) -> str:
        attribute, names = found.groups()
        if attribute == "id":
            return found[0] if way in ("bem", "modules") or names == "__next" else ""
        if names not in seen:
            seen[names] = f' class="{value(names)}"'
        return seen[names]

    return CLASS.sub(change, html)


def boxed(html: str) -> str:
    """The page with a `div` for every element that says what it is for."""
    return BOX_TAGS.sub(lambda found: f"<{found[1]}div", html)
