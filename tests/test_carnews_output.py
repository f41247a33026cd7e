"""What the command shows: plain lines in a pipe, 80 columns on a terminal, nothing a page smuggles in."""

import csv
import io
import json
import signal
import subprocess
import sys

import pytest
from command import DRAWN, Folder, is_one_line
from loopback import ROOT
from made_articles import counted

COMMANDS = ["demo", "crawl", "ingest", "clean", "explain", "articles", "show", "sites"]
COMMANDS += ["run", "work", "status", "runs", "alarms", "alerts", "metrics"]
COMMANDS += ["db", "export", "feed", "changes", "reprocess"]
PARAGRAPH = (
    "The estate left the yard before sunrise, and nobody in the village heard it go, for its engine was "
    "off and the road falls away towards the river for two kilometres."
)


def page(title: str, author: str = "A. Writer", day: int = 2) -> str:
    body = f"<p>{PARAGRAPH} This was morning number one of trial {day}.</p>"
    body += "".join(f"<p>On morning {n} of trial {day} we saw {counted(f'{day} {n}')}.</p>" for n in range(8))
    return (
        "<!doctype html><html lang=en><head><meta charset=utf-8>"
        f'<meta property="og:type" content="article"><meta property="og:title" content="{title}">'
        f'<meta property="article:published_time" content="2026-03-{day:02}T09:30:00Z">'
        f'<meta name="author" content="{author}"></head>'
        f"<body><nav><a href=/>Home</a> <a href=/news>News</a></nav><article><h1>{title}</h1>{body}"
        "<figure><img src=/a.jpg><figcaption>The estate at dawn (Photo: A. Writer)</figcaption></figure>"
        "<h2>Related Cars</h2><ul><li><a href=/b>Another estate</a></li></ul></article></body></html>"
    )


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """A store of three articles; two of their titles mean harm."""
    here = Folder(tmp_path_factory.mktemp("filled"))
    (here.folder / "sites").mkdir()
    titles = [
        "=HYPERLINK(&quot;http://evil.example&quot;)",
        "Red \x1b[31mestate\x1b]0;owned\x07 \x9b5m\u202eleaks",
    ]
    for n, title in enumerate(["A long trial of a quiet estate car in the hills", *titles]):
        (here.folder / f"{n}.html").write_text(page(title, day=n + 1), encoding="utf-8")
        ended = here.carnews("ingest", f"{n}.html", "--url", f"https://motor.example/news/{n}")
        assert ended.code == 0, ended.err
    return here


def listings(here: Folder) -> list[list[str]]:
    first = json.loads(here.carnews("articles", "-n", "1", "--format", "jsonl").out)["id"]
    page_words = ["0.html", "--url", "https://motor.example/news/0"]
    shown = [
        ["clean", *page_words],
        ["explain", *page_words],
        ["show", first],
        ["explain", "https://motor.example/news/0"],
    ]
    return [
        ["articles"],
        ["sites"],
        ["status"],
        ["runs"],
        ["status", "motor.example"],
        ["db", "check"],
        ["--help"],
        ["crawl", "--help"],
        *shown,
    ]


def test_help_lists_every_command(filled: Folder) -> None:
    told = filled.carnews("--help").out
    assert all(f"\n  {name} " in told for name in COMMANDS)


def test_no_argument_shows_the_help(filled: Folder) -> None:
    ended = filled.carnews()
    assert ended.code == 0
    assert "demo" in ended.out


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(filled: Folder, name: str) -> None:
    ended = filled.carnews(name, "--help")
    assert ended.code == 0
    assert ended.err == ""
    assert f"carnews {name}" in ended.out
    assert max(map(len, ended.out.splitlines())) <= 80


def test_help_reads_the_same_on_a_terminal(filled: Folder) -> None:
    assert filled.on_terminal("crawl", "--help") == filled.carnews("crawl", "--help").out.splitlines()


def test_the_version_is_told(filled: Folder) -> None:
    assert filled.carnews("--version").out.startswith("carnews ")


@pytest.mark.parametrize(
    "words", [["--help"], ["articles"], ["clean", "0.html"], ["sites"], ["status"], ["alarms"]]
)
def test_commands_that_fetch_nothing_load_no_crawler(filled: Folder, words: list[str]) -> None:
    program = (
        "import sys, carnews\n"
        f"sys.argv = ['carnews', *{words!r}]\n"
        "try: carnews.main()\n"
        "except SystemExit as end: assert not end.code, end.code\n"
        "loaded = {'scrapy', 'twisted', 'apscheduler', 'apprise', 'prometheus_client'} & set(sys.modules)\n"
        "assert not loaded, loaded\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=filled.folder,
        env=filled.environment,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()


def test_a_pipe_gets_plain_lines(filled: Folder) -> None:
    commands = listings(filled)
    for words, ended in zip(commands, filled.each(*commands), strict=True):
        assert ended.code == 0, (words, ended.err)
        assert "\t" not in ended.out, words
        assert "\x1b" not in ended.out + ended.err, words
        assert not DRAWN & set(ended.out), words


def test_a_terminal_of_80_columns_is_enough(filled: Folder) -> None:
    for words in listings(filled):
        lines = filled.on_terminal(*words)
        assert lines, words
        assert max(map(len, lines)) <= 80, words


def test_a_narrow_terminal_breaks_nothing(filled: Folder) -> None:
    lines = filled.on_terminal("articles", columns=40)
    assert max(map(len, lines)) <= 40


def test_json_and_jsonl_are_machine_readable_and_tell_the_same(filled: Folder) -> None:
    rows = json.loads(filled.carnews("articles", "--format", "json").out)
    lines = filled.carnews("articles", "--format", "jsonl").out.splitlines()
    assert [json.loads(line) for line in lines] == rows
    assert len(rows) == 3
    assert rows[-1]["published_at"] == "2026-03-01T09:30:00Z"
    assert rows[-1]["text"][0].startswith("The estate left the yard")


def test_csv_holds_no_formula_and_no_control_character(filled: Folder) -> None:
    text = filled.carnews("articles", "--format", "csv").out
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == 3
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())
    assert any(row["title"].startswith("'=HYPERLINK") for row in rows)


@pytest.mark.parametrize("form", ["table", "json", "jsonl", "csv"])
def test_no_page_can_send_control_characters_to_a_terminal(filled: Folder, form: str) -> None:
    shown = filled.carnews("articles", "--format", form).out
    assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(shown)


def test_cleaned_pages_are_safe_to_show_in_every_form(filled: Folder) -> None:
    for form in ("text", "md", "json"):
        shown = filled.carnews("clean", "2.html", "--format", form).out
        assert "estate" in shown
        assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(shown), form


def test_a_reader_that_stops_early_is_no_error(filled: Folder) -> None:
    child = subprocess.Popen(
        [sys.executable, "-u", "-m", "carnews", "articles", "--format", "json"],
        cwd=filled.folder,
        env=filled.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert child.stdout is not None
    assert child.stderr is not None
    child.stdout.close()
    said = child.stderr.read()
    child.stderr.close()
    assert child.wait(timeout=30) in {0, -signal.SIGPIPE}
    assert said == b""


def test_listings_narrow_by_site_make_word_and_day(filled: Folder) -> None:
    counts: list[tuple[list[str], int]] = [
        (["--search", "estate village"], 3),
        (["--search", "hovercraft"], 0),
        (["--site", "motor.example"], 3),
        (["--since", "2026-03-02"], 2),
        (["--until", "2026-03-02"], 2),
        (["--since", "2026-03-02", "--until", "2026-03-02"], 1),
        (["--make", "Ferrari"], 0),
        (["--limit", "2"], 2),
    ]
    told = filled.each(*(["articles", "--format", "jsonl", *words] for words, _ in counts))
    for (words, count), ended in zip(counts, told, strict=True):
        assert len(ended.out.splitlines()) == count, words


def test_an_article_is_shown_by_the_beginning_of_its_id_and_by_its_address(filled: Folder) -> None:
    row = json.loads(filled.carnews("articles", "--search", "trial hills", "--format", "jsonl").out)
    by_id = filled.carnews("show", row["id"][:8])
    by_url = filled.carnews("show", "https://motor.example/news/0")
    assert by_id.code == 0
    assert by_id.out == by_url.out
    assert "A long trial of a quiet estate car in the hills" in by_id.out
    assert json.loads(filled.carnews("show", row["id"], "--format", "json").out)["cuts"]


def test_clean_gives_the_article_and_nothing_around_it(filled: Folder) -> None:
    text = filled.carnews("clean", "0.html").out
    assert text.startswith("A long trial of a quiet estate car in the hills\n")
    assert (text.count(PARAGRAPH), text.count("On morning")) == (1, 8)
    assert "Related Cars" not in text
    assert "Photo:" not in text
    told = json.loads(filled.carnews("clean", "0.html", "--format", "json").out)
    assert told["verdict"] == "article"
    assert [caption["credit"] for caption in told["captions"]] == ["A. Writer"]
    assert filled.carnews("clean", "0.html", "--format", "md").out.startswith("# A long trial")


def test_clean_reads_standard_input_and_other_encodings(filled: Folder) -> None:
    piped = filled.fed(["clean", "-"], page("Der Kübel fährt").encode("cp1252"))
    assert piped.code == 0, piped.err
    assert "Der Kübel fährt" in piped.out


def test_clean_takes_a_text_dump(filled: Folder) -> None:
    dump = "A Quiet Estate Goes Far\n\n" + f"{PARAGRAPH}\n\n" * 6 + "Related Cars\n\nAnother Estate\n"
    (filled.folder / "dump.txt").write_text(dump, encoding="utf-8")
    ended = filled.carnews("clean", "dump.txt")
    assert PARAGRAPH in ended.out
    assert "Related Cars" not in ended.out


def test_a_page_that_is_no_article_is_said_to_be_none(filled: Folder) -> None:
    (filled.folder / "none.html").write_text("<html><body><h1>404 Not found</h1></body></html>")
    ended = filled.carnews("clean", "none.html")
    assert ended.code == 1
    assert is_one_line(ended), ended.err
    assert "not an article" in ended.err


def test_explain_names_a_rule_for_every_cut_and_a_source_for_every_field(filled: Folder) -> None:
    rows = json.loads(filled.carnews("articles", "--format", "json").out)
    key = next(row["id"] for row in rows if row["url"].endswith("/news/0"))
    asked = (["explain", what] for what in ("https://motor.example/news/0", key[:8], "abcdef12"))
    told, same, none = (ended.out or ended.err for ended in filled.each(*asked))
    assert same == told  # the id is as good
    assert none.endswith("abcdef12: not in this store; `carnews articles` lists ids\n")
    lines = told.splitlines()
    assert any(line.startswith("kept") and "left the yard" in line for line in lines)
    assert any(line.startswith("cut ") and "Related Cars" in line for line in lines)
    assert any(line.startswith("became ") and "Photo: A. Writer" in line for line in lines)
    assert any(line.startswith("title ") and line.endswith(")") for line in lines)
    assert any(line.startswith("state ") and "stored" in line for line in lines)
    assert any(line.startswith("archived ") for line in lines)
    assert any(line.startswith("run ") and "ingest" in line for line in lines)


def test_status_says_that_the_ledger_balances(filled: Folder) -> None:
    ended = filled.carnews("status")
    assert ended.code == 0
    assert "motor.example" in ended.out
    assert "balances" in ended.err
    rows = json.loads(filled.carnews("status", "--format", "json").out)
    assert next(row for row in rows if row["site"] == "motor.example")["articles"] == 3


def test_quiet_says_nothing_but_rows(filled: Folder) -> None:
    ended = filled.carnews("status", "--quiet")
    assert ended.err == ""
    assert "motor.example" in ended.out


@pytest.mark.parametrize("words", [["articles"], ["runs"], ["sites"], ["clean", "0.html"], ["--version"]])
def test_every_command_may_be_asked_to_be_quiet(filled: Folder, words: list[str]) -> None:
    ended = filled.carnews(*words, "--quiet")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out == filled.carnews(*words).out


def test_ingesting_the_same_again_changes_nothing(filled: Folder) -> None:
    before = filled.carnews("articles", "--format", "jsonl").out
    again = filled.carnews("ingest", "0.html", "--url", "https://motor.example/news/0")
    assert again.code == 0
    assert "same" in again.out
    assert filled.carnews("articles", "--format", "jsonl").out == before


def test_the_readme_of_the_command_names_no_command_that_is_not_there() -> None:
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    named = {line.split()[1] for line in text.splitlines() if line.startswith("carnews ")}
    assert named
    assert named <= set(COMMANDS)
