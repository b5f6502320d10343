"""uvicorn's --limit-concurrency 2: what does the third client get while two tasks run?"""

import anyio
from fastapi import BackgroundTasks, FastAPI
from serving import served

app = FastAPI()


@app.get("/")
async def order(tasks: BackgroundTasks) -> None:
    tasks.add_task(anyio.sleep, 3)


def main() -> None:
    with served(
        "limit_concurrency:app", "uvicorn", "--limit-concurrency", "2"
    ) as server:
        answers = [server.client.get("/").status_code for _ in range(3)]
        print(", ".join(map(str, answers)))


if __name__ == "__main__":
    main()
