"""Setting up: made, kept, mended. With toy packages from a folder, so that no network is asked."""

import ast
import os
import runpy
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from lessonlib.course import ROOT, Problem, environment, pytorch, settings
from lessonlib.course.environment import Environment
from lessonlib.course.lock import one_at_a_time

TALKATIVE = "import sys; print('called with', sys.argv[1:]); sys.exit(7)"


def wheel(folder: Path, name: str, version: str = "1", main: str = "") -> str:
    """Write the smallest package that pip installs into `folder`; returns the line that asks for it."""
    notes = f"{name}-{version}.dist-info"
    files = {
        f"{name}/__init__.py": f"__version__ = '{version}'",
        f"{name}/__main__.py": main,
        f"{notes}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{notes}/WHEEL": "Wheel-Version: 1.0\nGenerator: a test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{file},,\n" for file in [*files, f"{notes}/RECORD"])
    archive = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(archive, "w") as packed:
        for file, text in (files | {f"{notes}/RECORD": record}).items():
            packed.writestr(file, text)
    return f"./{archive.name}\n"


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    """pip has its index nowhere and none of this machine's settings."""
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/")
    monkeypatch.setenv("PIP_RETRIES", "1")
    monkeypatch.setenv("PIP_NO_CACHE_DIR", "1")


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Environment:
    """An environment with a toy lessonlib in it, in a folder with blanks in its name."""
    root = tmp_path_factory.mktemp("a course with blanks")
    (root / "requirements.txt").write_text(wheel(root, "lessonlib"))
    (root / "requirements-test.txt").write_text("")
    made = Environment(root)
    made.ensure(("requirements.txt",))
    return made


def version(env: Environment, name: str) -> str:
    """The version of the package `name` that the environment imports; empty when it imports none."""
    code = f"import {name}; print({name}.__version__)"
    return subprocess.run([env.python, "-P", "-c", code], capture_output=True, text=True).stdout.strip()


def forbid(monkeypatch, env: Environment, *names: str) -> None:
    """Fail when one of these methods is called."""
    for name in names:
        monkeypatch.setattr(env, name, lambda *_, name=name: pytest.fail(f"{name} was called"))


@pytest.mark.slow
def test_it_installs_what_is_asked_for_and_jupyters_settings(made):
    assert version(made, "lessonlib") == "1"
    for file in settings.texts(made.folder):
        assert (made.folder / file).exists()


@pytest.mark.slow
def test_a_second_start_installs_nothing(made, monkeypatch):
    forbid(monkeypatch, made, "_make", "_pip")
    made.ensure(("requirements.txt",))


@pytest.mark.slow
def test_changed_requirements_are_installed_on_top_and_noted_last(made, monkeypatch):
    forbid(monkeypatch, made, "_make")
    install = made._pip

    def pip(*arguments):
        assert not made.stamp("requirements.txt").exists()
        install(*arguments)

    monkeypatch.setattr(made, "_pip", pip)
    (made.root / "requirements.txt").write_text(wheel(made.root, "lessonlib", "2"))
    assert not made.is_current("requirements.txt")
    made.ensure(("requirements.txt",))
    assert made.is_current("requirements.txt")
    assert version(made, "lessonlib") == "2"


@pytest.mark.slow
def test_what_the_tests_need_is_installed_for_the_tests_alone(made, monkeypatch):
    forbid(monkeypatch, made, "_make")
    (made.root / "requirements-test.txt").write_text(wheel(made.root, "testtool"))
    made.ensure(("requirements.txt",))
    assert version(made, "testtool") == ""
    made.ensure(("requirements.txt", "requirements-test.txt"))
    assert version(made, "testtool") == "1"


@pytest.mark.slow
def test_an_install_that_was_cut_off_is_finished_and_what_you_chose_is_kept(made, monkeypatch):
    forbid(monkeypatch, made, "_make")
    own = wheel(made.root, "torch").strip()
    subprocess.run([made.python, "-m", "pip", "install", "-q", own], cwd=made.root, check=True)
    (packages,) = made.folder.glob("lib/python*/site-packages")
    (packages / "lessonlib" / "__init__.py").unlink()  # as pip leaves it when it is killed while it copies
    (notes,) = packages.glob("lessonlib-*.dist-info")
    (notes / "RECORD").unlink()
    made.stamp("requirements.txt").unlink()

    made.ensure(("requirements.txt",))
    assert version(made, "lessonlib") == "2"
    assert version(made, "torch") == "1"


@pytest.mark.slow
def test_a_lost_package_comes_back(made, monkeypatch):
    forbid(monkeypatch, made, "_make")
    subprocess.run([made.python, "-m", "pip", "uninstall", "-qy", "lessonlib"], check=True)
    made.ensure(("requirements.txt",))
    assert version(made, "lessonlib") == "2"


@pytest.mark.slow
def test_without_a_network_a_sentence_says_so(made):
    with pytest.raises(Problem, match="Connect to the internet"):
        made._pip("install", "nowhere-to-be-had==1")


@pytest.mark.slow
def test_a_moved_folder_gets_an_environment_of_its_own(made, tmp_path):
    moved = Environment(shutil.copytree(made.root, tmp_path / "moved", symlinks=True))
    assert not moved.is_usable()
    moved.ensure(("requirements.txt",))
    assert str(tmp_path) in (moved.folder / "bin" / "pip").read_text()


@pytest.mark.slow
def test_a_python_that_is_gone_is_noticed(made, tmp_path):
    broken = Environment(tmp_path)
    shutil.copytree(made.folder, broken.folder, symlinks=True)
    broken.python.unlink()
    assert not broken.is_usable()


def test_a_disk_that_is_too_full(monkeypatch, tmp_path):
    monkeypatch.setattr(environment, "free_gigabytes", lambda _: 0.25)
    with pytest.raises(Problem, match=r"Only 0\.2 GB are free .* Free some space"):
        Environment(tmp_path).ensure(("requirements.txt",))


def test_a_python_without_venv(monkeypatch, tmp_path):
    monkeypatch.setattr(environment, "find_spec", lambda name: None if name == "ensurepip" else object())
    with pytest.raises(Problem, match="apt install python3-venv"):
        Environment(tmp_path).ensure(("requirements.txt",))


# --- which PyTorch ---


def torch_wheel(folder: Path, build: str) -> None:
    """A torch of one build, as a wheel in a simple index at `folder`."""
    (folder / "torch").mkdir(parents=True, exist_ok=True)
    version = "1+cpu" if build == "cpu" else "1"
    cuda = "None" if build == "cpu" else "'12.9'"
    notes = f"torch-{version}.dist-info"
    files = {
        "torch/__init__.py": f"__version__ = '{version}'",
        "torch/version.py": f"cuda: Optional[str] = {cuda}\n",
        f"{notes}/METADATA": f"Metadata-Version: 2.1\nName: torch\nVersion: {version}\n",
        f"{notes}/WHEEL": "Wheel-Version: 1.0\nGenerator: a test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{file},,\n" for file in [*files, f"{notes}/RECORD"])
    name = f"torch-{version}-py3-none-any.whl"
    with zipfile.ZipFile(folder / "torch" / name, "w") as packed:
        for file, text in (files | {f"{notes}/RECORD": record}).items():
            packed.writestr(file, text)
    (folder / "torch" / "index.html").write_text(f'<a href="{name.replace("+", "%2B")}">{name}</a>')


@pytest.fixture(scope="module")
def with_torch(tmp_path_factory):
    """A root whose requirements pin torch, an index of CPU builds, and one of pip's own choice."""
    root = tmp_path_factory.mktemp("which torch")
    torch_wheel(root / "cpu", "cpu")
    torch_wheel(root / "all", "cuda")
    (root / "requirements.txt").write_text(wheel(root, "lessonlib") + "torch==1\n")
    return root


def index(monkeypatch, root: Path, cpu: str = "cpu") -> None:
    monkeypatch.setattr(pytorch.sys, "platform", "linux")
    monkeypatch.setattr(pytorch, "CPU_INDEX", (root / cpu).as_uri() if cpu else "http://127.0.0.1:9/whl/cpu")
    monkeypatch.setenv("PIP_INDEX_URL", (root / "all").as_uri())


@pytest.mark.slow
def test_the_torch_that_fits_the_machine_is_installed_kept_and_changed_when_asked(with_torch, monkeypatch, capsys):
    index(monkeypatch, with_torch)
    monkeypatch.setattr(pytorch, "has_nvidia", lambda: False)
    here = Environment(with_torch)
    here.ensure(("requirements.txt",))
    assert pytorch.installed(here.folder) == ("1", "cpu")
    monkeypatch.setattr(pytorch, "has_nvidia", lambda: True)  # a build that is there stays
    here.stamp("requirements.txt").unlink()
    here.ensure(("requirements.txt",))
    assert pytorch.installed(here.folder) == ("1", "cpu")
    for choice, build in (("cuda", "cuda"), ("auto", "cuda"), ("keep", "cuda"), ("cpu", "cpu"), ("keep", "cpu")):
        Environment(with_torch, choice).ensure(("requirements.txt",))
        assert pytorch.installed(here.folder) == ("1", build), choice


@pytest.mark.slow
def test_where_the_index_cannot_be_reached_pip_chooses_and_a_sentence_says_so(with_torch, monkeypatch, capsys):
    index(monkeypatch, with_torch, cpu="")
    monkeypatch.setattr(pytorch, "has_nvidia", lambda: False)
    shutil.rmtree(with_torch / ".venv", ignore_errors=True)
    Environment(with_torch).ensure(("requirements.txt",))
    assert pytorch.installed(with_torch / ".venv") == ("1", "cuda")
    assert "cannot be reached" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("choice", "there", "nvidia", "system", "build"),
    [
        ("auto", None, False, "linux", "cpu"),
        ("auto", None, True, "linux", "cuda"),
        ("auto", None, False, "darwin", ""),
        ("auto", None, True, "win32", ""),
        ("auto", "cuda", False, "linux", "cuda"),
        ("auto", "cpu", True, "linux", "cpu"),
        ("keep", None, False, "linux", ""),
        ("keep", "cuda", False, "linux", "cuda"),
        ("cpu", "cuda", True, "linux", "cpu"),
        ("cuda", "cpu", False, "linux", "cuda"),
    ],
)
def test_the_build_that_is_wanted(monkeypatch, choice, there, nvidia, system, build):
    monkeypatch.setattr(pytorch.sys, "platform", system)
    monkeypatch.setattr(pytorch, "has_nvidia", lambda: nvidia)
    assert pytorch.wanted(choice, there) == build


def test_the_choice_is_read_from_the_command_line():
    assert pytorch.from_arguments(["--port=1", "--torch=cpu", "x"]) == ("cpu", ["--port=1", "x"])
    assert pytorch.from_arguments(["--torch", "keep"]) == ("keep", [])
    assert pytorch.from_arguments([]) == ("auto", [])
    for wrong in (["--torch=gpu"], ["--torch"]):
        with pytest.raises(ValueError, match="one of auto, cpu, cuda, keep"):
            pytorch.from_arguments(wrong)


def test_an_index_that_does_not_answer_is_given_up_soon():
    assert not pytorch.is_reached("http://127.0.0.1:9/whl")
    assert not pytorch.is_reached("no address")


def test_the_free_space_fits_what_will_be_installed(monkeypatch, tmp_path):
    monkeypatch.setattr(environment, "free_gigabytes", lambda _: 5.0)
    environment.check(tmp_path, "cpu")
    with pytest.raises(Problem, match=r"asks for 9 GB\. --torch=cpu"):
        environment.check(tmp_path, "cuda")


def test_the_course_s_own_pin_is_read():
    assert pytorch.pinned(ROOT / "requirements.txt")
    assert pytorch.pinned(ROOT / "requirements-test.txt") is None


def test_another_pythonpath_does_not_reach_the_course(monkeypatch, tmp_path):
    (tmp_path / "lessonlib").mkdir()
    (tmp_path / "lessonlib" / "__init__.py").write_text("raise SystemExit('another copy of the course')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    here = Environment(tmp_path)
    here.python = Path(sys.executable)
    assert here.runs("import lessonlib")
    for name in environment.NOT_OURS:
        assert name not in environment.surroundings()


@pytest.mark.parametrize(("machine", "told"), [("x86_64", "Intel processor"), ("arm64", "64-bit Python")])
def test_a_mac_without_a_build_of_pytorch_is_not_told_to_take_another_python(monkeypatch, machine, told):
    monkeypatch.setattr(environment.platform, "system", lambda: "Darwin")
    monkeypatch.setattr(environment.platform, "machine", lambda: machine)
    assert told in environment.explain("ERROR: No matching distribution found for torch==2.13.0", Path("log"))


@pytest.mark.parametrize(
    ("said", "cure"),
    [
        ("ERROR: HTTP error 403 while getting https://x/simple/numpy/", "refused to answer"),
        ("ERROR: 403 Client Error: Forbidden for url: https://x/simple/", "refused to answer"),
        ("ERROR: [WinError 32] The process cannot access the file because it is being used", "in use or locked"),
        ("ERROR: Could not install packages due to an OSError: [Errno 13] Permission denied: 'x'", "in use or locked"),
        (
            "ERROR: Could not find a version that satisfies the requirement numpy==2 (from versions: none)\n"
            "ERROR: No matching distribution found for numpy==2",
            "has no numpy at all",
        ),
        (
            "ERROR: Ignored the following versions that require a different python version: 2 Requires-Python >=3.12\n"
            "ERROR: Could not find a version that satisfies the requirement numpy==2 (from versions: none)\n"
            "ERROR: No matching distribution found for numpy==2",
            "64-bit Python",
        ),
        ("ERROR: Could not install packages: [Errno 28] No space left on device", "disk is full"),
        ("WARNING: Retrying after connection broken by 'NewConnectionError'", "Connect to the internet"),
        ("ERROR: No matching distribution found for torch==2.13.0", "no torch==2.13.0 for this Python"),
        ("Collecting x\nERROR: the build failed", "ERROR: the build failed\npip could not install"),
    ],
)
def test_what_pip_says_becomes_a_sentence_with_the_cure(said, cure):
    assert cure in environment.explain(said, Path("install.log"))


def test_two_starts_take_turns(tmp_path, capsys):
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys, time; from pathlib import Path; from lessonlib.course.lock import one_at_a_time\n"
            "with one_at_a_time(Path(sys.argv[1]), 'waiting'):\n"
            "    print('mine', flush=True); time.sleep(1); Path(sys.argv[2]).touch()",
            tmp_path / "lock",
            tmp_path / "first is done",
        ],
        stdout=subprocess.PIPE,
    )
    holder.stdout.readline()
    with one_at_a_time(tmp_path / "lock", "another is at it"):
        assert (tmp_path / "first is done").exists()
    assert capsys.readouterr().out == "another is at it\n"
    assert holder.wait() == 0


# --- course.py itself ---


@pytest.fixture(scope="module")
def copy(tmp_path_factory) -> Path:
    """What a fresh clone has of the set-up, with a toy lessonlib to install."""
    root = tmp_path_factory.mktemp("fresh clone")
    shutil.copy(ROOT / "course.py", root)
    shutil.copytree(ROOT / "lessonlib" / "course", root / "lessonlib" / "course")
    for file in ("__init__.py", "__main__.py"):
        shutil.copy(ROOT / "lessonlib" / file, root / "lessonlib")
    (root / "requirements.txt").write_text(wheel(root, "lessonlib", main=TALKATIVE))
    return root


def course(copy: Path, *arguments: str) -> subprocess.CompletedProcess:
    """Run the copy's course.py from another folder."""
    command = [sys.executable, copy / "course.py", *arguments]
    return subprocess.run(command, cwd=copy.parent, capture_output=True, text=True, timeout=120)


def test_help_and_doctor_install_nothing(copy):
    assert "open the course in JupyterLab" in course(copy).stdout
    assert course(copy, "no-such-command").returncode == 2
    doctor = course(copy, "doctor")
    assert "nothing is installed yet" in doctor.stdout
    assert doctor.returncode == 0
    assert not (copy / ".venv").exists()


@pytest.mark.slow
def test_a_command_goes_to_the_environment_with_its_arguments_and_brings_its_exit_code(copy):
    run = course(copy, "lab", "--port=1", "with blanks")
    assert "called with ['lab', '--port=1', 'with blanks']" in run.stdout
    assert run.returncode == 7


@pytest.mark.parametrize("command", ["lab", "install"])
def test_what_installs_takes_the_choice_of_pytorch(monkeypatch, command):
    asked = []

    class Noted:
        def __init__(self, root, torch):
            asked.append(torch)

        def ensure(self, needs):
            asked.append(needs)

        def run(self, arguments):
            return asked.append(arguments) or 0

    monkeypatch.setattr(environment, "Environment", Noted)
    assert environment.start([command, "--torch=cpu", "--port=1"]) == 0
    assert asked == ["cpu", ("requirements.txt",), ["-m", "lessonlib", command, "--port=1"]]


def test_an_old_python_is_told_which_one_is_needed(monkeypatch):
    source = (ROOT / "course.py").read_text(encoding="utf-8")
    ast.parse(source, feature_version=(3, 7))  # it can be read by an old one at all
    monkeypatch.setattr(sys, "version_info", (3, 10, 0))
    with pytest.raises(SystemExit, match=r"needs Python 3\.11 or newer, and this is Python 3\.10"):
        runpy.run_path(str(ROOT / "course.py"))


def test_setting_up_needs_the_standard_library_alone():
    modules = "environment, doctor, settings, lock, browsers, pytorch, console"
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from lessonlib.course import {modules}"
    subprocess.run([sys.executable, "-I", "-S", "-c", code], check=True)  # -S: no site-packages
