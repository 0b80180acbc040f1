"""How a foreign client and a test speak: one JSON object a line, orders on stdin, answers and events on stdout.

An order is `{"order": 7, "do": "join", ...}`. Its answer is `{"answer": 7, "result": ...}` or `{"answer": 7, "error": "why"}`.
Whatever else happens is `{"event": "message", ...}`. The end of stdin is the end of the client.
"""

import asyncio
import json
import sys
import traceback


def tell(line):
    print(json.dumps(line), flush=True)


def event(kind, /, **facts):
    """Absent facts are left out, so that a test can ask whether they are there."""
    tell({"event": kind, **{name: fact for name, fact in facts.items() if fact is not None}})


async def obey(orders):
    """Carries out orders until stdin ends. Each is a method of `orders` by the name in `do`, and runs beside the others."""
    reader = asyncio.StreamReader(limit=64 * 1024 * 1024)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    running = set()
    while line := await reader.readline():
        order = json.loads(line)
        task = asyncio.create_task(_carry_out(orders, order.pop("order"), order.pop("do"), order))
        running.add(task)
        task.add_done_callback(running.discard)


async def _carry_out(orders, number, name, facts):
    try:
        tell({"answer": number, "result": await getattr(orders, name)(**facts)})
    except Exception as error:
        traceback.print_exc()
        tell({"answer": number, "error": f"{type(error).__name__}: {error}"})
