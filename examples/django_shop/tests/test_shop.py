"""The whole shop, as a customer meets it: in a process of its own, since Django's settings are one for a process."""

import os
import subprocess
import sys
from pathlib import Path

SHOP = Path(__file__).parents[1]
VISIT = """
import re
import django
django.setup()
from django.test import Client
from shop.management.commands.open import prepare
from larabill_django import engine

prepare()
prepare()
ada, eve = Client(), Client()

def page(browser=ada):
    found = browser.get("/account")
    assert found.status_code == 200, found.status_code
    return found.content.decode()

def sign_up(browser, name):
    passwords = {"password1": "a long secret", "password2": "a long secret"}
    form = {"username": name, "email": name + "@example.com", **passwords}
    assert browser.post("/signup", form).status_code == 302

assert "Web hosting S" in ada.get("/").content.decode()
assert ada.get("/account").status_code == 302
sign_up(ada, "ada")
sign_up(eve, "eve")
assert "is not" not in ada.post("/signup", {"username": "ada"}).content.decode()
assert b"errorlist" in ada.post("/order/web-s", {"domain": "no domain"}).content
assert ada.post("/order/web-s", {"domain": "ada.example"}).status_code == 302
engine().run_due()
pay = re.search("/pay/[0-9a-f-]+", page())[0]
assert "pending" in page() and "refresh" in page()
assert eve.post(pay).status_code == 404
assert ada.get(pay).status_code == 405
assert ada.post(pay).status_code == 302
for _ in range(50):
    engine().run_due()
    if ">active<" in page():
        break
assert ">active<" in page() and ">paid<" in page() and "refresh" not in page()
cancel = re.search("/cancel/[0-9a-f-]+", page())[0]
assert eve.post(cancel).status_code == 404
assert ada.post(cancel).status_code == 302
assert "until 20" in page() and "Cancelled" not in page(eve)
mine = ada.get("/billing/invoices").json()["items"]
assert len(mine) == 1 and eve.get("/billing/invoices").json()["items"] == []
print("all is well")
"""


def test_sign_up_order_pay_active_cancel(tmp_path):
    env = {**os.environ, "SHOP_DATA": str(tmp_path / "data"), "DJANGO_SETTINGS_MODULE": "shop.settings"}
    env["PYTHONPATH"] = os.pathsep.join([str(SHOP), env.get("PYTHONPATH", "")])
    command = [sys.executable, "-c", VISIT]
    done = subprocess.run(command, env=env, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout.strip().endswith("all is well"), done.stdout + done.stderr


def test_the_shop_is_small():
    """Lines of its own, without blank ones, comments and one-line docstrings."""
    files = [path for path in (SHOP / "shop").rglob("*.py") if "migrations" not in path.parts]
    lines = [line.strip() for path in files for line in path.read_text().splitlines()]
    assert len([line for line in lines if line and not line.startswith(("#", '"""'))]) < 200
