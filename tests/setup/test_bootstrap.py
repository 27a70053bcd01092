"""tools/bootstrap.sh: picks a Python that runs, mends what was half made, and does nothing twice.

Each test works on a small project of its own with the real script in it. The Python in most of them is a
stand-in that writes down what it is asked; one test installs for real, without any network.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PYTHONS = ("python3.13", "python3.12", "python3.11", "python3", "python")
TOOLS = ("cat", "cksum", "cp", "dirname", "mkdir", "mv", "rm", "sed", "sleep", "touch", "tr")

# Answers what the script asks of a Python; as .venv/bin/python it also stands for pip and uv.
STAND_IN = """
case "$*" in
  -c*) ;;
  --version) echo Python 3.12.0 ;;
  "-m venv "*) mkdir -p "$3/bin" && cp "$0" "$3/bin/python" ;;
  *" config list") printf '%s\\n' "$PIP_CONF" ;;
  "-m uv "*) echo "uv $*" >>"$LOG"; exit "${UV_EXIT:-0}" ;;
  "-m pip "*" uv") echo "pip uv" >>"$LOG" ;;
  "-m pip "*) echo "pip $*" >>"$LOG"; exit "${PIP_EXIT:-0}" ;;
esac
"""

PYPROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]

[project]
name = "larabill"
version = "0"
"""

# A build backend that needs nothing: an editable wheel without code.
BACKEND = """
import zipfile

META = "Metadata-Version: 2.1\\nName: larabill\\nVersion: 0\\nProvides-Extra: demo\\nProvides-Extra: dev\\n"
WHEEL = "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"


def build_editable(wheel_directory, config_settings=None, metadata_directory=None):
    name = "larabill-0-py3-none-any.whl"
    with zipfile.ZipFile(f"{wheel_directory}/{name}", "w") as wheel:
        wheel.writestr("larabill-0.dist-info/METADATA", META)
        wheel.writestr("larabill-0.dist-info/WHEEL", WHEEL)
        wheel.writestr("larabill-0.dist-info/RECORD", "")
    return name


build_wheel = build_editable
"""


class Project:
    """A project folder, with a PATH on which the only Python is the one that the test puts there."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "a project"  # with a space, as on many a laptop
        self.bin = folder / "bin"
        self.log = folder / "log"
        self.venv = self.root / ".venv"
        self.bin.mkdir()
        (self.root / "tools").mkdir(parents=True)
        shutil.copy(ROOT / "tools" / "bootstrap.sh", self.root / "tools")
        (self.root / "pyproject.toml").write_text(PYPROJECT)
        (self.root / "constraints.txt").write_text("")
        for tool in TOOLS:
            found = shutil.which(tool)
            assert found
            (self.bin / tool).symlink_to(found)

    def program(self, name: str, script: str) -> Path:
        path = self.bin / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        return path

    def start(self, *args: str, **env: str) -> subprocess.Popen[str]:
        command = ["/bin/sh", str(self.root / "tools" / "bootstrap.sh"), *args]
        base = {"PATH": str(self.bin), "HOME": str(self.root.parent), "LANG": "C.UTF-8", "LOG": str(self.log)}
        return subprocess.Popen(command, env={**base, **env}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def run(self, *args: str, **env: str) -> tuple[int, str, str]:
        """Exit code, standard output and standard error of tools/bootstrap.sh."""
        with self.start(*args, **env) as process:
            out, err = process.communicate(timeout=300)
        return process.returncode, out, err

    def asked(self) -> list[str]:
        """What was asked of uv and pip, a line each."""
        return self.log.read_text().splitlines() if self.log.exists() else []


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made = Project(tmp_path)
    made.program("python3", STAND_IN)
    return made


def base_python() -> str:
    return str(Path(sys.base_prefix) / "bin" / f"python{sys.version_info[0]}.{sys.version_info[1]}")


def test_python_that_exists_but_fails_is_passed_over(project: Project) -> None:
    for name in PYTHONS[:3]:
        project.program(name, "echo no version is set >&2; exit 127")
    assert project.run("--print-python") == (0, "python3\n", "")


@pytest.mark.skipif(not Path(base_python()).exists(), reason="this Python has no base interpreter by that name")
@pytest.mark.parametrize("ask", ["(3, 11)", "(3, 99)"])
def test_age_of_a_python_is_asked_of_itself(project: Project, ask: str) -> None:
    script = project.root / "tools" / "bootstrap.sh"
    script.write_text(script.read_text().replace("(3, 11)", ask))
    project.program("python3", f'exec "{base_python()}" "$@"')
    assert project.run("--print-python")[:2] == ((0, "python3\n") if ask == "(3, 11)" else (1, ""))


def test_named_python_comes_first(project: Project) -> None:
    mine = str(project.program("mine", STAND_IN))
    assert project.run("--print-python", PYTHON=mine) == (0, f"{mine}\n", "")


def test_named_python_that_fails_is_said_and_passed_over(project: Project) -> None:
    broken = project.program("mine", "exit 3")
    code, out, err = project.run("--print-python", PYTHON=str(broken))
    assert (code, out) == (0, "python3\n")
    assert f"PYTHON={broken} does not run" in err


def test_without_any_python_the_remedy_is_printed(project: Project) -> None:
    for name in PYTHONS:
        project.program(name, "exit 1")
    code, _, err = project.run("demo")
    assert code == 1
    assert "apt-get install python3 python3-venv" in err
    assert not project.venv.exists()
    assert not (project.root / ".venv.lock").exists()


def test_python_without_venv_prints_the_apt_line(project: Project) -> None:
    project.program("python3", 'case "$2" in *ensurepip*) exit 1 ;; *print*) echo 3.12 ;; esac')
    code, _, err = project.run("demo")
    assert code == 1
    assert "apt-get install python3.12-venv" in err


def test_python_with_venv_wins_over_a_newer_one_without(project: Project) -> None:
    project.program("python3.13", 'case "$2" in *ensurepip*) exit 1 ;; esac')
    assert project.run("--print-python") == (0, "python3\n", "")


def test_unknown_profile_is_refused(project: Project) -> None:
    code, _, err = project.run("prod")
    assert code == 1
    assert "unknown profile 'prod'" in err


@pytest.mark.parametrize(("profile", "extra"), [("demo", "demo"), ("test", "dev"), ("docs", "docs")])
def test_profile_installs_its_extra_and_no_more(project: Project, profile: str, extra: str) -> None:
    assert project.run(profile)[0] == 0
    assert [line.rpartition("[")[2] for line in project.asked()] == ["pip uv", f"{extra}]"]


@pytest.mark.parametrize("half", ["empty", "no-python", "killed", "moved"])
def test_half_made_environment_is_made_anew(project: Project, half: str) -> None:
    venv = project.venv
    venv.mkdir()
    (venv / "leftover").touch()
    if half != "empty":
        (venv / ".made").write_text("elsewhere\n" if half == "moved" else f"{project.root}\n")
    if half in ("killed", "moved"):
        (venv / "bin").mkdir()
        shutil.copy(project.bin / "python3", venv / "bin" / "python")
    if half == "killed":
        (venv / ".unfinished").touch()
    code, _, err = project.run("demo")
    assert code == 0, err
    assert "making it anew" in err
    assert not (venv / "leftover").exists()
    assert not (venv / ".unfinished").exists()


def test_kill_while_installing_is_noticed(project: Project) -> None:
    project.program("python3", STAND_IN.replace('"-m uv "*)', '"-m uv "*) kill -9 "$PPID" "$(cat "$LOCK/pid")";;#'))
    code, _, _ = project.run("demo", LOCK=str(project.root / ".venv.lock"))
    assert code == -9
    assert (project.venv / ".unfinished").exists()
    project.program("python3", STAND_IN)
    code, _, err = project.run("demo")
    assert code == 0
    assert "making it anew" in err


def test_second_call_asks_nobody(project: Project) -> None:
    assert project.run("demo")[0] == 0
    asked = project.asked()
    project.program("python3", "exit 1")
    assert project.run("demo") == (0, "", "")
    assert project.asked() == asked


def test_tests_satisfy_the_demo_and_not_the_other_way_round(project: Project) -> None:
    assert project.run("demo")[0] == 0
    assert project.run("test")[0] == 0
    assert len(project.asked()) == 4
    (project.venv / ".stamp-demo").unlink()
    assert project.run("demo") == (0, "", "")
    assert len(project.asked()) == 4


def test_changed_requirements_install_again_into_the_same_environment(project: Project) -> None:
    assert project.run("demo")[0] == 0
    (project.venv / "mine").touch()
    (project.root / "constraints.txt").write_text("attrs==26.1.0\n")
    assert project.run("demo")[0] == 0
    assert len(project.asked()) == 4
    assert (project.venv / "mine").exists()


def test_pip_does_it_where_uv_cannot(project: Project) -> None:
    code, _, err = project.run("demo", UV_EXIT="2")
    assert code == 0
    assert "using pip" in err
    assert [line.partition(" ")[0] for line in project.asked()] == ["pip", "uv", "pip"]


def test_refused_install_leaves_the_working_environment(project: Project) -> None:
    assert project.run("demo")[0] == 0
    code, _, err = project.run("test", UV_EXIT="2", PIP_EXIT="1")
    assert code == 1
    assert "could not install larabill[dev]" in err
    assert project.run("demo") == (0, "", "")


SEEN_BY_UV = '"-m uv "*) echo "$UV_DEFAULT_INDEX|$UV_INDEX|$UV_FIND_LINKS|$SSL_CERT_FILE" >"$LOG" ;;#'


def test_configuration_of_pip_is_handed_to_uv(project: Project) -> None:
    project.program("python3", STAND_IN.replace('"-m uv "*)', SEEN_BY_UV))
    config = "global.cert='/etc/ca.pem'\nglobal.extra-index-url='http://127.0.0.1:2\\nhttp://127.0.0.1:4'"
    config += "\nglobal.find-links='/one /two'\nglobal.index-url='http://127.0.0.1:1/'\nglobal.timeout='9'"
    assert project.run("demo", PIP_CONF=config)[0] == 0
    expected = "http://127.0.0.1:1/|http://127.0.0.1:2 http://127.0.0.1:4|/one,/two|/etc/ca.pem"
    assert project.asked() == [expected]


def test_environment_of_pip_wins_over_its_files(project: Project) -> None:
    project.program("python3", STAND_IN.replace('"-m uv "*)', SEEN_BY_UV))
    config = "global.index-url='http://127.0.0.1:1/'\nglobal.cert='/etc/ca.pem'"
    pip = {"PIP_INDEX_URL": "http://127.0.0.1:5/", "PIP_EXTRA_INDEX_URL": "http://127.0.0.1:6/"}
    assert project.run("demo", PIP_CONF=config, **pip)[0] == 0
    assert project.asked() == ["http://127.0.0.1:5/|http://127.0.0.1:6/||/etc/ca.pem"]


def test_index_named_for_uv_stays(project: Project) -> None:
    project.program("python3", STAND_IN.replace('"-m uv "*)', SEEN_BY_UV))
    code, _, _ = project.run("demo", PIP_INDEX_URL="http://127.0.0.1:1/", UV_DEFAULT_INDEX="http://127.0.0.1:3/")
    assert (code, project.asked()) == (0, ["http://127.0.0.1:3/|||"])


def test_lock_of_a_dead_process_is_taken_over(project: Project) -> None:
    ended = subprocess.Popen(["/bin/true"])
    ended.wait()
    lock = project.root / ".venv.lock"
    lock.mkdir()
    (lock / "pid").write_text(f"{ended.pid}\n")
    assert project.run("demo")[0] == 0
    assert not lock.exists()


def test_many_at_once_install_once(project: Project) -> None:
    started = [project.start("demo") for _ in range(4)]
    for process in started:
        process.communicate(timeout=300)
    assert [process.returncode for process in started] == [0, 0, 0, 0]
    assert len(project.asked()) == 2


@pytest.mark.skipif(not Path(base_python()).exists(), reason="this Python has no base interpreter by that name")
def test_real_install_without_network_falls_back_to_pip(project: Project) -> None:
    project.program("python3", f'exec "{base_python()}" "$@"')
    (project.root / "backend.py").write_text(BACKEND)
    code, _, err = project.run("demo", PIP_NO_INDEX="1")
    assert code == 0, err
    assert "using pip" in err
    show = [str(project.venv / "bin" / "python"), "-m", "pip", "show", "--quiet", "larabill"]
    subprocess.run(show, check=True)
    assert project.run("demo", PIP_NO_INDEX="1") == (0, "", "")
