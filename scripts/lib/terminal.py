"""Runs the demo in tmux, for pictures and films of it."""

import os
import subprocess
import tempfile
import time

COLUMNS, ROWS = 120, 34
# The seconds that the demo runs before the first picture, so that graphs and rates have data.
WARM_UP = 100


class Terminal:
    """A program in a separate tmux server, which ends with it."""

    def __init__(self, command, environment):
        self.directory = tempfile.TemporaryDirectory(prefix="roulette-terminal-")
        self.base = ["tmux", "-u", "-S", f"{self.directory.name}/socket", "-f", "/dev/null"]
        settings = ["set", "-g", "status", "off", ";", "set", "-g", "escape-time", "0", ";"]
        variables = [f"{name}={value}" for name, value in environment.items()]
        start = ["new-session", "-d", "-x", str(COLUMNS), "-y", str(ROWS), "--", "/usr/bin/env", *variables, *command]
        self.run("start-server", ";", *settings, *start)

    def run(self, *arguments):
        environment = {name: value for name, value in os.environ.items() if name not in ("TMUX", "TMUX_PANE")}
        return subprocess.run(self.base + list(arguments), check=True, capture_output=True, text=True, env=environment).stdout

    def screen(self, escapes=False):
        return self.run("capture-pane", "-p", *(["-e"] if escapes else []))

    def wait_for(self, text, seconds=40):
        deadline = time.monotonic() + seconds
        while text not in self.screen():
            if time.monotonic() > deadline:
                raise SystemExit(f"the screen does not show {text!r}:\n{self.screen()}")
            time.sleep(0.1)

    def press(self, key):
        if key.startswith("@"):
            time.sleep(float(key[1:]))
        elif key.startswith("="):
            self.run("send-keys", "-l", "--", key[1:])
        else:
            self.run("send-keys", key)
            # A pause, so that the escape and the next key are not read as one key.
            time.sleep(0.3)

    def record(self, command):
        """Passes everything that the program writes from now on to a command of the shell."""
        self.run("pipe-pane", "-o", command)

    def close(self):
        # q ends the demo and its servers. Then stop tmux.
        for key in ("Escape", "Escape", "Escape", "q"):
            try:
                self.press(key)
            except subprocess.CalledProcessError:
                break
        deadline = time.monotonic() + 15
        while time.monotonic() < deadline:
            try:
                self.run("has-session")
            except subprocess.CalledProcessError:
                break
            time.sleep(0.2)
        else:
            self.run("kill-server")
        self.directory.cleanup()


def start_demo(roulette, theme):
    environment = {"TERM": "tmux-256color", "COLORTERM": "truecolor", "LC_ALL": "C.UTF-8", "HOME": "/nonexistent"}
    terminal = Terminal([roulette, "demo", "--theme", theme], environment)
    terminal.wait_for("3 clusters: 3 up")
    return terminal
