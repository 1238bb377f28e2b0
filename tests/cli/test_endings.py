"""How a command ends: internal errors, interruption, a closed pipe."""

import os
import signal
import subprocess
import sys

import pytest
from support.command import START, command, environment, files_in, hear_interrupts, process
from support.raw_cohort import SENTINEL

FAILING = f"""
import sys
from afterglow.cli import app
from afterglow.instruments import registry
def fails(folder=None):
    raise RuntimeError("{SENTINEL}")
registry.load_library = fails
sys.exit(app.main())
"""
SLOW = """
import sys, time
from afterglow.cli.app import main
from afterglow.simulate import write
def slow(frame, path):
    path.write_text("half")
    print("writing", flush=True)
    time.sleep(120)
write.write_table = slow
sys.exit(main())
"""


def test_an_internal_error_says_where_and_shows_no_data(tmp_path):
    ended = process("instruments", code=FAILING, cwd=tmp_path)
    assert ended.code == 1
    assert ended.err.startswith(
        "Error: afterglow failed (RuntimeError in afterglow/cli/instruments.py"
    )
    assert "AFTERGLOW_DEBUG=1" in ended.err
    assert SENTINEL not in ended.err
    assert "Traceback" not in ended.err


def test_the_traceback_is_shown_on_request(tmp_path):
    ended = process("instruments", code=FAILING, cwd=tmp_path, AFTERGLOW_DEBUG="1")
    assert ended.code == 1
    assert "Traceback" in ended.err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda s: s.name)
def test_an_interrupted_run_leaves_nothing(number, tmp_path):
    running = subprocess.Popen(
        [sys.executable, "-c", SLOW, "simulate", "-o", "out", "--subjects", "3"],
        preexec_fn=hear_interrupts,
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert running.stdout.readline() == "writing\n"
    assert files_in(tmp_path) != []
    running.send_signal(number)
    _, err = running.communicate(timeout=60)
    assert running.returncode == 130
    assert err == "Interrupted. Nothing half-written is left.\n"
    assert sorted(tmp_path.iterdir()) == []


def test_an_interrupted_run_leaves_an_earlier_folder_as_it_was(tmp_path, capsys):
    command(capsys, "simulate", "-o", tmp_path / "out", "--subjects", "2")
    earlier = {name: (tmp_path / name).read_bytes() for name in files_in(tmp_path)}
    running = subprocess.Popen(
        [sys.executable, "-c", SLOW, "simulate", "-o", "out", "--subjects", "3"],
        preexec_fn=hear_interrupts,
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert running.stdout.readline() == "writing\n"
    running.send_signal(signal.SIGINT)
    running.communicate(timeout=60)
    assert {name: (tmp_path / name).read_bytes() for name in files_in(tmp_path)} == earlier


def test_a_closed_pipe_is_no_error(tmp_path):
    reading, writing = os.pipe()
    os.close(reading)
    running = subprocess.Popen(
        [sys.executable, "-c", START, "instruments", "MADRS"],
        cwd=tmp_path,
        env=environment(),
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
    )
    os.close(writing)
    _, err = running.communicate(timeout=60)
    assert (running.returncode, err) == (0, "")


def test_messages_go_to_stderr_without_colour_or_progress(tmp_path):
    ended = process("simulate", "-o", "out", "--subjects", "2", cwd=tmp_path)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out == "2 subjects in out\n"
