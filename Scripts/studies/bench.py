"""Where a study runs machines, and what it yields."""
import json
import os
import subprocess


class Missing(Exception):
    """This machine lacks something that a study needs."""


class StudyError(Exception):
    """A run has failed, or what came out contradicts what the page says."""


class Result:
    """Sections of the page, by name, and figures, by file. What is exact comes out the same on every host."""

    def __init__(self, exact, figures, exact_figures, measured=None):
        self.exact, self.figures, self.exact_figures = exact, figures, set(exact_figures)
        self.measured = measured or {}


class Bench:
    """`measures` says whether figures of the host's time are wanted, beside those that every host agrees on."""

    def __init__(self, root, work, measures):
        self.root, self.work, self.measures = root, work, measures
        self.binary = os.environ.get("TANDEM_BINARY") or f"{root}/.build/release/tandem"
        if not os.access(self.binary, os.X_OK):
            raise Missing("there is no release binary; swift build -c release --product tandem makes it")

    def page(self, name):
        """The text of the study's page."""
        try:
            with open(f"{self.root}/docs/studies/{name}.md", encoding="utf-8") as file:
                return file.read()
        except FileNotFoundError:
            return ""

    def guest(self):
        """The folder with Debian."""
        folder = os.environ.get("TANDEM_GUEST") or f"{self.root}/.build-guest"
        if not os.access(f"{folder}/Image", os.R_OK):
            raise Missing("there is no Debian guest; Scripts/debian-guest makes it")
        return folder

    def images(self):
        """The folder with the guests of firmware/studies, built now."""
        folder = f"{self.work}/images"
        build = subprocess.run([f"{self.root}/Scripts/firmware", "--studies", folder], capture_output=True, text=True)
        if build.returncode:
            raise Missing(f"the guests cannot be built: {build.stderr.strip()}")
        return folder

    def run(self, arguments):
        """Runs a machine to its end. Its report, and what it has said on its console."""
        report = f"{self.work}/report.json"
        words = [self.binary, "run", *arguments, "-report", f"json:{report}"]
        run = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if run.returncode:
            raise StudyError(f"“{' '.join(words)}” ended with {run.returncode}: {run.stderr.strip()[-300:]}")
        with open(report, encoding="utf-8") as file:
            return json.load(file), run.stdout.replace("\r", "")


def expect(condition, sentence):
    """A sentence of the page that the figures must bear out."""
    if not condition:
        raise StudyError(f"the page says what does not come out: {sentence}")


def grouped(number):
    return f"{number:,}".replace(",", " ")


def table(heading, rows):
    """A table in Markdown: the first column is text, the others are numbers."""
    lines = [f"| {' | '.join(heading)} |", "|---|" + "--:|" * (len(heading) - 1)]
    return "\n".join(lines + [f"| {' | '.join(str(cell) for cell in row)} |" for row in rows]) + "\n"
