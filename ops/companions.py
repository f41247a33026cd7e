"""What goes along with a clock where the settings say so: people told of alarms, figures for Prometheus."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from loguru import logger
from sqlalchemy import Engine

from db.settings import Settings
from ops.alerts import Teller
from ops.courier import DEADLINE_S, courier
from ops.listener import listener, listening_at
from ops.logs import log_fault
from ops.metrics import Rhythms, StoreCollector

LAST_WORD_S = 5.0  # a clock that is told to stop waits so long for a message under way


@dataclass(frozen=True, slots=True)
class Companions:
    """Those who were asked for; `teller` is None where nobody is to be told."""

    teller: Teller | None = None

    def tell(self, *, wait: bool = False) -> None:
        """Tells people what is new since the last time; returns at once, or with `wait` once they know.

        To be called after each look at the sites' health. Never raises.
        """
        if self.teller:
            self.teller.tell(wait_s=2 * DEADLINE_S if wait else 0.0)


@contextmanager
def companions(
    conf: Settings, engine: Engine, rhythms: Rhythms, *, once: bool = False
) -> Iterator[Companions]:
    """The companions that the settings ask for, while the block lasts; `once` opens no listener.

    Raises SettingsError, one line, for a setting that cannot be used. What ends the block although nobody
    foresaw it is logged with its traceback.
    """
    with ExitStack() as stack:
        named = courier(conf)
        teller = Teller(engine, named) if named else None
        if teller:
            stack.callback(teller.finish, LAST_WORD_S)
        if conf.metrics and not once:
            collector = StoreCollector(engine, conf.archive_folder, rhythms)
            where = listening_at(conf.metrics)
            port = stack.enter_context(listener(where, collector))
            logger.info("metrics at http://{}:{}/metrics", where.host, port)
        try:
            yield Companions(teller)
        except Exception as wrong:
            if not hasattr(wrong, "exit_code"):  # ours are told in one line
                log_fault(wrong)
            raise
