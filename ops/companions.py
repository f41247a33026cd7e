"""What goes along with a clock where the settings say so: people told of alarms, figures for Prometheus."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from loguru import logger
from sqlalchemy import Engine

from db.settings import Settings
from ops.alerts import Teller
from ops.courier import DEADLINE_S, courier
from ops.listener import listener, listening_at
from ops.logs import log_fault
from ops.metrics import Rhythms, StoreCollector

EVERY_S = 60.0  # between two looks for news: an alarm is told within a minute
LAST_WORD_S = 5.0  # a clock that is told to stop waits so long for a message under way


@contextmanager
def companions(
    conf: Settings, engine: Engine, rhythms: Rhythms, *, once: bool = False, every_s: float = EVERY_S
) -> Iterator[Teller | None]:
    """The companions that the settings ask for, while the block lasts: only for the one clock of a store.

    The teller looks for news by itself; None where nobody is to be told. `once` opens no listener, and people
    are told when the block ends. Raises SettingsError, one line, for a setting that cannot be used. What
    ends the block although nobody foresaw it is logged with its traceback.
    """
    with ExitStack() as stack:
        named = courier(conf)
        teller = Teller(engine, named) if named else None
        if teller and once:
            stack.callback(teller.tell, wait_s=DEADLINE_S + LAST_WORD_S)
        elif teller:
            stack.callback(teller.finish, LAST_WORD_S)
            stack.enter_context(_beating(teller, every_s))
        if conf.metrics and not once:
            collector = StoreCollector(engine, conf.archive_folder, rhythms)
            where = listening_at(conf.metrics)
            port = stack.enter_context(listener(where, collector))
            logger.info("metrics at http://{}:{}/metrics", where.host, port)
        try:
            yield teller
        except Exception as wrong:
            if not hasattr(wrong, "exit_code"):  # ours are told in one line
                log_fault(wrong)
            raise


@contextmanager
def _beating(teller: Teller, every_s: float) -> Iterator[None]:
    """Meanwhile `teller` looks for news at once and then every so often."""
    over = threading.Event()

    def beat() -> None:
        teller.tell()
        while not over.wait(every_s):
            teller.tell()

    thread = threading.Thread(target=beat, name="beat of alerts", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
