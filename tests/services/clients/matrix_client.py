"""A Matrix client that somebody else wrote: matrix-nio, told what to do by a test. See lines.py for how.

It does what the merchant's people do with theirs, without encryption: sign in, accept invitations, talk, edit, redact, answer, mark as
read, send files. What arrives is told as `timeline`, `ephemeral`, `invite` and `disconnected`, each event whole, as the server sent it.
"""

import asyncio
import hashlib
import hmac
import io
import logging

import aiohttp
import nio

import lines


class Person:
    """The orders."""

    def __init__(self):
        self.client = None
        self.syncing = None

    async def register(self, homeserver, secret, name, password):
        """Makes an account as `register_new_matrix_user` does: with the secret of the configuration. Gives its address."""
        url = f"{homeserver}/_synapse/admin/v1/register"
        async with aiohttp.ClientSession() as session:
            async with session.get(url) as answer:
                nonce = (await answer.json())["nonce"]
            signed = "\0".join([nonce, name, password, "notadmin"])
            mac = hmac.new(secret.encode(), signed.encode(), hashlib.sha1).hexdigest()
            account = {"nonce": nonce, "username": name, "password": password, "admin": False, "mac": mac}
            async with session.post(url, json=account) as answer:
                body = await answer.json()
                if answer.status != 200:
                    raise PermissionError(str(body))
                return body["user_id"]

    async def sign_in(self, homeserver, user, password):
        self.client = nio.AsyncClient(homeserver, user)
        answer = good(await self.client.login(password))
        self.syncing = asyncio.create_task(self.listen())
        return {"user": answer.user_id, "device": answer.device_id}

    async def listen(self):
        """Asks for what is new until the client ends. nio's view of an event lacks what it does not know: the raw one is told."""
        since, is_lost = None, False
        while True:
            query = {"timeout": "10000", **({"since": since} if since else {})}
            try:
                answer = await self.call("GET", "/_matrix/client/v3/sync", params=query)
            except (aiohttp.ClientError, asyncio.TimeoutError) as error:
                if not is_lost:
                    lines.event("disconnected", why=str(error))
                is_lost = True
                # The server is away. It is asked again until it is back, as every client does.
                await asyncio.sleep(0.1)
                continue
            since, is_lost = answer["next_batch"], False
            rooms = answer.get("rooms", {})
            for room, state in rooms.get("invite", {}).items():
                lines.event("invite", room=room, state=state["invite_state"]["events"])
            for room, news in rooms.get("join", {}).items():
                self.tell(room, news)

    def tell(self, room, news):
        for event in news.get("state", {}).get("events", []):
            lines.event("state", room=room, raw=event)
        for event in news.get("timeline", {}).get("events", []):
            lines.event("timeline", room=room, raw=event)
        for event in news.get("ephemeral", {}).get("events", []):
            lines.event("ephemeral", room=room, raw=event)

    async def call(self, method, path, **request):
        headers = {"Authorization": f"Bearer {self.client.access_token}"}
        async with aiohttp.ClientSession(headers=headers) as session:
            async with session.request(method, self.client.homeserver + path, **request) as answer:
                body = await answer.json()
                if answer.status != 200:
                    raise PermissionError(str(body))
                return body

    async def create_room(self, invite=()):
        return good(await self.client.room_create(invite=list(invite))).room_id

    async def join(self, room):
        return good(await self.client.join(room)).room_id

    async def invite(self, room, user):
        good(await self.client.room_invite(room, user))

    async def leave(self, room):
        good(await self.client.room_leave(room))

    async def send(self, room, content, txn_id=None, type="m.room.message"):
        """Any content. Gives the event's id."""
        return good(await self.client.room_send(room, type, content, tx_id=txn_id)).event_id

    async def say(self, room, body, txn_id=None):
        return await self.send(room, {"msgtype": "m.text", "body": body}, txn_id)

    async def edit(self, room, event_id, body):
        new = {"msgtype": "m.text", "body": body}
        relation = {"rel_type": "m.replace", "event_id": event_id}
        return await self.send(room, {**new, "body": f"* {body}", "m.new_content": new, "m.relates_to": relation})

    async def reply(self, room, event_id, body):
        relation = {"m.in_reply_to": {"event_id": event_id}}
        return await self.send(room, {"msgtype": "m.text", "body": body, "m.relates_to": relation})

    async def redact(self, room, event_id, reason=None):
        return good(await self.client.room_redact(room, event_id, reason)).event_id

    async def read(self, room, event_id):
        good(await self.client.update_receipt_marker(room, event_id))

    async def typing(self, room, is_typing=True):
        good(await self.client.room_typing(room, is_typing))

    async def send_file(self, room, name, content, content_type):
        """Uploads and says so. `content` is in hex. Gives the event's id and the file's address."""
        data = bytes.fromhex(content)
        answer, _ = await self.client.upload(io.BytesIO(data), content_type, name, filesize=len(data))
        url = good(answer).content_uri
        kind = "m.image" if content_type.startswith("image/") else "m.file"
        info = {"mimetype": content_type, "size": len(data)}
        event_id = await self.send(room, {"msgtype": kind, "body": name, "url": url, "info": info})
        return {"event_id": event_id, "url": url}

    async def download(self, url):
        """Gives the file's content in hex, and its type."""
        answer = good(await self.client.download(url))
        return {"content": answer.body.hex(), "content_type": answer.content_type}

    async def messages(self, room):
        """What the room has, oldest first, as the server gives it."""
        path = f"/_matrix/client/v3/rooms/{room}/messages"
        return (await self.call("GET", path, params={"dir": "f", "limit": "1000"}))["chunk"]


def good(answer):
    if isinstance(answer, nio.ErrorResponse):
        raise PermissionError(f"{answer.status_code}: {answer.message}")
    return answer


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING)
    asyncio.run(lines.obey(Person()))
