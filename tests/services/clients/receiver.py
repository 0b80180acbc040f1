"""An application service that takes what a homeserver brings, and tells of it. See lines.py.

Told as `transaction` with its id and events, and as `ping`. The token is checked as a gateway has to.
"""

import asyncio
import hmac
import logging

from aiohttp import web

import lines


class Receiver:
    """The orders."""

    async def listen(self, port, hs_token):
        self.expected = f"Bearer {hs_token}"
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_put("/_matrix/app/v1/transactions/{id}", self.transaction)
        app.router.add_post("/_matrix/app/v1/ping", self.ping)
        app.router.add_route("*", "/{path:.*}", self.unknown)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()

    def is_homeserver(self, request):
        return hmac.compare_digest(request.headers.get("Authorization", ""), self.expected)

    async def transaction(self, request):
        if not self.is_homeserver(request):
            return web.json_response({"errcode": "M_FORBIDDEN"}, status=403)
        body = await request.json()
        lines.event("transaction", id=request.match_info["id"], events=body["events"], ephemeral=body.get("ephemeral", []))
        return web.json_response({})

    async def ping(self, request):
        if not self.is_homeserver(request):
            return web.json_response({"errcode": "M_FORBIDDEN"}, status=403)
        lines.event("ping", body=await request.json())
        return web.json_response({})

    async def unknown(self, request):
        return web.json_response({"errcode": "M_UNRECOGNIZED"}, status=404)


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING)
    asyncio.run(lines.obey(Receiver()))
