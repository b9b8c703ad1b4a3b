"""Work that goes on in threads beside a test."""

import threading
import time


class Load:
    """Threads that go on with `work` until the block ends; it gets the thread's number and that of the round."""

    def __init__(self, work, count=4):
        self.done, self.failures, self.ending = [], [], threading.Event()
        self.threads = [threading.Thread(target=self._go, args=(work, number)) for number in range(count)]

    def _go(self, work, number):
        for count in range(10 ** 9):
            if self.ending.is_set():
                return
            try:
                work(number, count)
                self.done.append((number, count))
            except (OSError, AssertionError, ValueError) as failure:
                self.failures.append(repr(failure))
                time.sleep(0.2)

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.ending.set()
        for thread in self.threads:
            thread.join(120)
