"""The collector of cycles rests during a batch, and is found afterwards as it was before."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator

import pytest

from larabill_core.collector import collector_at_rest


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    yield
    gc.enable()


def test_it_rests_within_and_goes_on_afterwards() -> None:
    with collector_at_rest():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_it_goes_on_after_an_error() -> None:
    with pytest.raises(RuntimeError), collector_at_rest():
        raise RuntimeError
    assert gc.isenabled()


def test_the_outermost_wakes_it() -> None:
    with collector_at_rest():
        with collector_at_rest():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()


def test_of_two_threads_the_last_wakes_it() -> None:
    entered, leave = threading.Event(), threading.Event()

    def rest() -> None:
        with collector_at_rest():
            entered.set()
            leave.wait()

    other = threading.Thread(target=rest)
    with collector_at_rest():
        other.start()
        entered.wait()
    assert not gc.isenabled()
    leave.set()
    other.join()
    assert gc.isenabled()


def test_a_host_that_turned_it_off_finds_it_off() -> None:
    gc.disable()
    with collector_at_rest():
        pass
    assert not gc.isenabled()
