"""`python -m examples.flask_shop`: the shop and a worker in one process, on loopback."""

import threading
from pathlib import Path

from examples.flask_shop.opening import open_shop
from examples.flask_shop.shop import create_app

from larabill_core.worker import Worker

engine = open_shop(Path("flask_shop_data").absolute())
worker = Worker(engine)
thread = threading.Thread(target=worker.run)
thread.start()
try:
    create_app(engine).run("127.0.0.1", 5000)
finally:
    worker.stop()
    thread.join()
