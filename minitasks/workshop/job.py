"""A job: what the parent asks of a grading's child. Light to import: the parent needs no pytest."""

from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

TIME_LIMIT = 10.0


@dataclass(frozen=True)
class Job:
    """What to grade.

    Attributes:
        grader: The test file.
        file: The learner's file.
        scratch: An empty folder to run in.
        time_limit: How long the tests may take, in seconds.
        examples: Where hypothesis keeps failing examples, to try them first next time; None:
            nowhere.
    """

    grader: Path
    file: Path
    scratch: Path
    time_limit: float = TIME_LIMIT
    examples: Path | None = None

    @property
    def output(self) -> Path:
        """Where everything goes that the learner's code prints."""
        return self.scratch / "output.txt"

    @property
    def errors(self) -> Path:
        """Where stderr goes, and what Python itself has to say of a crash."""
        return self.scratch / "errors.txt"


def run(job: Job, connection: "Connection[bytes, bytes]", secret: str) -> None:
    """Grade in this process, and end it.

    Args:
        job: What to grade.
        connection: Where to send the reports.
        secret: What each report must carry.
    """
    from minitasks.workshop import grading

    grading.grade(job, connection, secret)
