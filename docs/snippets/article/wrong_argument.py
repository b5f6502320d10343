"""An argument that `send` does not have. A type checker sees it in minitasks, and not in step 1."""

import step_1_article

import minitasks


def send(to: str) -> None:
    """Send a message."""


step_1_article.BackgroundTask(send, too="ada")
minitasks.BackgroundTask(send, too="ada")
