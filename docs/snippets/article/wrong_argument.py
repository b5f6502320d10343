"""`send` has no argument `too`. minitasks tells a type checker, step 1 does not."""

import step_1_article

import minitasks


def send(to: str) -> None:
    """Send a message."""


step_1_article.BackgroundTask(send, too="ada")
minitasks.BackgroundTask(send, too="ada")
