"""A visitor and an agent who know docs/protocol.md and nothing of our code: Python's `websockets` against a real gateway.

Run by crates/gateway/tests/conformance/foreign.rs, which gives one line of JSON on stdin: address, channel, ticket, agent_token.
Prints `drain me` when the gateway is to be stopped, and `done` when everything was as it should be. Anything else is a failure.
"""

import asyncio
import json
import sys
import uuid

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

PATIENCE_SECS = 20


class Session:
    """One connection: numbers its requests, and keeps what was pushed meanwhile."""

    def __init__(self, socket):
        self.socket = socket
        self.next_id = 1
        self.pushed = []

    async def hear(self):
        return json.loads(await asyncio.wait_for(self.socket.recv(), PATIENCE_SECS))

    async def ask(self, type, body):
        request_id, self.next_id = self.next_id, self.next_id + 1
        await self.socket.send(json.dumps({"type": type, "id": request_id, "body": body}))
        while True:
            frame = await self.hear()
            if frame.get("id") == request_id:
                return frame
            self.pushed.append(frame)

    async def push_of(self, type):
        for place, frame in enumerate(self.pushed):
            if frame["type"] == type:
                return self.pushed.pop(place)
        while True:
            frame = await self.hear()
            if frame["type"] == type:
                return frame
            self.pushed.append(frame)


def hello(auth, cursors=(), **more):
    return {"auth": auth, "capabilities": [], "cursors": list(cursors), **more}


def same(got, expected, what):
    if got != expected:
        raise AssertionError(f"{what}: {got!r}, not {expected!r}")


async def main(stage):
    url = f"ws://{stage['address']}/v1/ws"
    dial = lambda: connect(url, subprotocols=["tieline.v1"], compression="deflate")
    place = {"channel": stage["channel"], "embed": stage["ticket"]}

    async with dial() as visitor_socket, dial() as agent_socket:
        same(visitor_socket.subprotocol, "tieline.v1", "sub-protocol")
        same(visitor_socket.protocol.extensions, [], "compression is offered and not agreed to")
        agent = Session(agent_socket)
        same((await agent.ask("hello", hello({"kind": "agent", "token": stage["agent_token"]})))["type"], "welcome", "agent")

        visitor = Session(visitor_socket)
        welcome = (await visitor.ask("hello", hello({"kind": "new"}, **place)))["body"]
        token = welcome["tokens"]["visitor"]
        opened = (await visitor.ask("open", {"draft_id": str(uuid.uuid4())}))["body"]
        session, epoch = opened["session"], opened["epoch"]

        # One draft, said twice: one line, one place.
        draft = {"session": session, "draft_id": str(uuid.uuid4()), "body": {"kind": "text", "text": "Grüße, 😀"}}
        first = (await visitor.ask("send", draft))["body"]
        again = (await visitor.ask("send", draft))["body"]
        same((first["seq"], first["duplicate"]), (1, False), "first receipt")
        same((again["seq"], again["duplicate"], again["at"]), (1, True, first["at"]), "second receipt")
        other = {**draft, "body": {"kind": "text", "text": "other words"}}
        same((await visitor.ask("send", other))["body"]["code"], "conflict", "same id, other words")

        entry = (await agent.push_of("entry"))["body"]
        same((entry["seq"], entry["draft_id"], entry["body"]), (1, draft["draft_id"], draft["body"]), "what the agent sees")
        same((await visitor.ask("dance", {}))["body"]["code"], "unsupported", "unknown type")
        await (await visitor_socket.ping(b"are you there"))

    # Away, and meanwhile the agent writes.
    async with dial() as agent_socket:
        agent = Session(agent_socket)
        await agent.ask("hello", hello({"kind": "agent", "token": stage["agent_token"]}))
        for number in range(2, 6):
            line = {"session": session, "draft_id": str(uuid.uuid4()), "body": {"kind": "text", "text": f"line {number}"}}
            same((await agent.ask("send", line))["body"]["seq"], number, "the agent's receipt")
        agent_socket.transport.abort()

    async with dial() as visitor_socket:
        visitor = Session(visitor_socket)
        cursor = {"session": session, "epoch": epoch, "seq": 1}
        proof = {"kind": "visitor", "token": token}
        [state] = (await visitor.ask("hello", hello(proof, [cursor], **place)))["body"]["sessions"]
        same([entry["seq"] for entry in state["entries"]], [2, 3, 4, 5], "what was missed, in one round trip")
        same((state.get("more", False), state.get("reset", False)), (False, False), "whole")

        print("drain me", flush=True)
        drain = (await visitor.push_of("drain"))["body"]
        if not {"by", "spread_ms", "why"} <= drain.keys():
            raise AssertionError(f"drain: {drain!r}")
        late = {"session": session, "draft_id": str(uuid.uuid4()), "body": {"kind": "text", "text": "at the last moment"}}
        same((await visitor.ask("send", late))["body"]["seq"], 6, "still served while draining")
        try:
            while True:
                await visitor.hear()
        except ConnectionClosed as closed:
            same(closed.rcvd.code, 4001, "closed with drain")
    print("done", flush=True)


asyncio.run(main(json.loads(sys.stdin.readline())))
