"""A shop with a task that looks harmless."""

import fastapi
import httpx2
import warehouse

app = fastapi.FastAPI()


@app.post("/orders", status_code=201)
async def order(tasks: fastapi.BackgroundTasks) -> dict[str, str]:
    tasks.add_task(tell_warehouse, "book")
    return {"ordered": "book"}


async def tell_warehouse(book: str) -> None:
    httpx2.post(warehouse.URL, json={"book": book})


@app.get("/books")
async def books() -> list[str]:
    return ["book"]
