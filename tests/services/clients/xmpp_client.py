"""An XMPP client that somebody else wrote: slixmpp, told what to do by a test. See lines.py for how.

It does what the merchant's people do with theirs: sign in, follow invitations, talk, correct, retract, answer, mark as read, send
files. What arrives is told as `message`, `carbon`, `presence`, `invite` and `disconnected`; stanzas.py says with which facts.
"""

import asyncio
import io
import logging

import slixmpp
from slixmpp.exceptions import IqError

import lines
import stanzas
from listener import PATIENCE_SECS, Listener

PLUGINS = (
    "xep_0030", "xep_0045", "xep_0066", "xep_0085", "xep_0115", "xep_0184", "xep_0198", "xep_0199", "xep_0249", "xep_0280",
    "xep_0308", "xep_0313", "xep_0333", "xep_0334", "xep_0359", "xep_0363", "xep_0424", "xep_0428", "xep_0461",
)


class Person(Listener):
    """The orders. `to` is a room or a person; `type` is `groupchat` or `chat`."""

    def __init__(self):
        super().__init__()
        self.client = None

    async def sign_in(self, jid, password, host, port, certificate):
        """Gives the full address. Also the way back after the connection is lost."""
        client = self.client = slixmpp.ClientXMPP(jid, password)
        for plugin in PLUGINS:
            client.register_plugin(plugin)
        client.ca_certs = certificate
        client.enable_direct_tls = False
        # The file may lie behind plain HTTP; what the connection carries may not.
        client.enable_plaintext = False
        signed_in = asyncio.get_running_loop().create_future()
        client.add_event_handler("session_start", lambda _: signed_in.done() or signed_in.set_result(None))
        refuse = lambda why: signed_in.done() or signed_in.set_exception(PermissionError(str(why)))
        client.add_event_handler("failed_all_auth", refuse)
        client.add_event_handler("disconnected", lambda why: self.left(client, why))
        client.add_filter("in", self.hear)
        client.connect(host, port)
        await asyncio.wait_for(signed_in, PATIENCE_SECS)
        client.send_presence(ppriority=1)
        await client.get_roster()
        await client.plugin["xep_0280"].enable()
        return str(client.boundjid)

    def left(self, client, why):
        if client is self.client:
            lines.event("disconnected", why=str(why))

    async def sign_out(self):
        client, self.client = self.client, None
        await client.disconnect()

    def hear(self, stanza):
        name = stanza.name
        if name == "presence":
            self.told("presence", stanzas.presence(stanza.xml))
        elif name == "message" and stanzas.archived(stanza.xml) is None:
            self.hear_message(stanza.xml)
        return stanza

    def hear_message(self, xml):
        carbon = stanzas.carbon(xml)
        if carbon:
            lines.event("carbon", carbon=carbon[0], **stanzas.message(carbon[1]))
            return
        facts = stanzas.message(xml)
        # The direct one stands beside the mediated one in some servers' stanzas; each is told by itself.
        for invitation in (facts.pop("invite"), facts.pop("direct_invite")):
            if invitation:
                lines.event("invite", xml=facts["xml"], **invitation)
        self.told("message", facts)

    async def join(self, room, nick, history=0):
        """Gives the nick, which the room may have changed, and the statuses of our presence in it: 201 says that the room is new."""
        presence = self.client.plugin["xep_0045"].make_join_stanza(slixmpp.JID(room), nick, maxstanzas=history)
        facts = await self.enter(presence)
        return {"nick": facts["from"].split("/", 1)[1], "statuses": facts["statuses"]}

    async def leave(self, room, nick):
        self.client.send_presence(pto=f"{room}/{nick}", ptype="unavailable")

    async def say(self, to, body, type="groupchat", id=None, origin_id=None, markable=True, receipt=False, thread=None):
        message = self.client.make_message(to, body, mtype=type)
        if markable:
            message.enable("markable")
        if receipt:
            message["request_receipt"] = True
        if thread:
            message["thread"] = thread
        return self.send(message, id, origin_id)

    async def correct(self, to, replaces, body, type="groupchat", id=None, origin_id=None):
        message = self.client.plugin["xep_0308"].build_correction(replaces, slixmpp.JID(to), mtype=type, mbody=body)
        return self.send(message, id, origin_id)

    async def retract(self, to, id, type="groupchat"):
        return self.client.plugin["xep_0424"].send_retraction(slixmpp.JID(to), id, type)["id"]

    async def reply(self, to, author, replied_id, body, quoted=None, nick=None, type="groupchat", id=None, origin_id=None):
        message = self.client.plugin["xep_0461"].make_reply(author, replied_id, quoted, nick, mto=to, mbody=body, mtype=type)
        return self.send(message, id, origin_id)

    def send(self, message, id, origin_id):
        message["id"] = id or self.client.new_id()
        message["origin_id"]["id"] = origin_id or message["id"]
        message.send()
        return message["id"]

    async def mark(self, to, id, kind="displayed", type="groupchat"):
        self.client.plugin["xep_0333"].send_marker(slixmpp.JID(to), id, kind, mtype=type)

    async def receipt(self, to, id):
        message = self.client.make_message(to, mtype="chat")
        message["receipt"] = id
        message.send()

    async def chat_state(self, to, state, type="groupchat"):
        message = self.client.make_message(to, mtype=type)
        message["chat_state"] = state
        message.send()

    async def upload(self, name, content, content_type):
        """Gives the address of the file, as the server hands it out. `content` is in hex."""
        file = io.BytesIO(bytes.fromhex(content))
        return await self.client.plugin["xep_0363"].upload_file(name, len(file.getvalue()), content_type, input_file=file)

    async def send_file(self, to, name, content, content_type, type="groupchat", id=None):
        """Uploads and says so as clients do: the address as body and as out-of-band data."""
        url = await self.upload(name, content, content_type)
        message = self.client.make_message(to, url, mtype=type)
        message["oob"]["url"] = url
        return {"id": self.send(message, id, None), "url": url}

    async def archive(self, of=None, after=None, page=50):
        """What the archive of a room, or our own, has after a place in it, oldest first."""
        found = []
        async for message in self.client.plugin["xep_0313"].iterate(of and slixmpp.JID(of), rsm={"after": after or "", "max": page}):
            _, place, inner = stanzas.archived(message.xml)
            found.append({"place": place, **stanzas.message(inner)})
        return found


    async def raw(self, xml):
        """Any text onto the stream: for forgeries."""
        self.client.send_raw(xml)

    async def ping(self, to=None):
        """Answered once the server has taken all that was sent before. Gives the condition of a refusal, or nothing."""
        try:
            await self.client.plugin["xep_0199"].send_ping(slixmpp.JID(to or self.client.boundjid.host), timeout=PATIENCE_SECS)
        except IqError as refused:
            return refused.condition


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING)
    asyncio.run(lines.obey(Person()))
