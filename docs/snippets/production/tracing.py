"""The spans of OpenTelemetry's instrumentation, beside tasks of Starlette and of minitasks."""

from collections.abc import Sequence

from fastapi import BackgroundTasks, FastAPI, Response
from opentelemetry import trace
from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import (
    SimpleSpanProcessor,
    SpanExporter,
    SpanExportResult,
)
from serving import idle, served

import minitasks

app = FastAPI()


class Printer(SpanExporter):
    """Prints the name of each span that has ended, but not of single messages and of /idle."""

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        for span in spans:
            if not span.name.endswith(("http send", "http receive", "GET")):
                print(f"'{span.name}' has ended", flush=True)
        return SpanExportResult.SUCCESS


def notify() -> None:
    current = trace.get_current_span()
    name = current.name if isinstance(current, ReadableSpan) else "none"
    state = "open" if current.is_recording() else "ended"
    print(f"the task sees '{name}', {state}", flush=True)


@app.get("/starlette")
async def with_starlette(tasks: BackgroundTasks) -> None:
    tasks.add_task(notify)


@app.get("/minitasks")
async def with_minitasks() -> Response:
    return Response(background=minitasks.BackgroundTask(notify))


provider = TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(Printer()))
FastAPIInstrumentor.instrument_app(app, tracer_provider=provider)
idle_app = idle(app)


def main() -> None:
    with served("tracing:idle_app") as server:
        for path in ("/starlette", "/minitasks"):
            server.client.get(path)
            server.client.get("/idle")
            print(f"{path}: {'; '.join(server.said())}")
            server.forget()


if __name__ == "__main__":
    main()
