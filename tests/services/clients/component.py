"""A component (XEP-0114) on slixmpp, as little of a gateway as it takes to prove a server's configuration. See lines.py.

Makes rooms, invites, talks in them, and reads from their archives what was said while it was not there.
"""

import asyncio
import logging

import slixmpp
from slixmpp.componentxmpp import ComponentXMPP
from slixmpp.exceptions import IqError

import lines
import stanzas
from listener import PATIENCE_SECS, Listener

SUBMIT = {
    "muc#roomconfig_persistentroom": "1",
    "muc#roomconfig_membersonly": "1",
    "muc#roomconfig_publicroom": "0",
    "muc#roomconfig_whois": "anyone",
}
# The same switch, by the name that each server has for it.
ARCHIVING = ("muc#roomconfig_enablearchiving", "mam", "muc#roomconfig_mam")


class Component(Listener):
    """The orders."""

    def __init__(self):
        super().__init__()
        self.component = None
        self.pages = {}

    async def connect(self, name, secret, host, port):
        self.component = component = ComponentXMPP(name, secret, host, port)
        for plugin in ("xep_0004", "xep_0045", "xep_0199", "xep_0359"):
            component.register_plugin(plugin, {"multi_from": True} if plugin == "xep_0045" else None)
        connected = asyncio.get_running_loop().create_future()
        component.add_event_handler("session_start", lambda _: connected.done() or connected.set_result(None))
        component.add_filter("in", self.hear)

        def refuse(error):
            if not connected.done():
                connected.set_exception(PermissionError(error["condition"]))
            component.abort()

        component.add_event_handler("stream_error", refuse)
        component.connect()
        await asyncio.wait_for(connected, PATIENCE_SECS)

    def hear(self, stanza):
        if stanza.name == "message":
            archived = stanzas.archived(stanza.xml)
            if archived:
                query, place, inner = archived
                self.pages.get(query, []).append({"place": place, **stanzas.message(inner)})
            else:
                self.told("message", stanzas.message(stanza.xml))
        elif stanza.name == "presence":
            self.told("presence", stanzas.presence(stanza.xml))
        return stanza

    async def join(self, room, nick, who):
        """Gives the statuses of our own presence: 110 is ours, 201 a room that is new."""
        presence = self.component.make_presence(pto=f"{room}/{nick}", pfrom=who)
        presence.enable("muc_join")
        presence["muc_join"]["history"]["maxstanzas"] = "0"
        return (await self.enter(presence))["statuses"]

    async def create_room(self, room, nick, who):
        """Makes a room for members, archived and kept. Gives the values that the server holds afterwards."""
        statuses = await self.join(room, nick, who)
        if 201 not in statuses:
            raise ValueError(f"{room} was there already: {statuses}")
        muc = self.component.plugin["xep_0045"]
        offered = await muc.get_room_config(room, ifrom=who)
        fields = {**SUBMIT, **{name: "1" for name in ARCHIVING if name in offered.get_fields()}}
        form = self.component.plugin["xep_0004"].make_form(ftype="submit")
        form.add_field(var="FORM_TYPE", ftype="hidden", value="http://jabber.org/protocol/muc#roomconfig")
        for name, value in fields.items():
            form.add_field(var=name, value=value)
        await muc.set_room_config(room, form, ifrom=who)
        return await self.room_settings(room, who)

    async def room_settings(self, room, who):
        form = await self.component.plugin["xep_0045"].get_room_config(room, ifrom=who)
        return {name: field["value"] for name, field in form.get_fields().items()}

    async def admit(self, room, whom, who):
        """Makes somebody a member."""
        await self.component.plugin["xep_0045"].set_affiliation(room, "member", jid=whom, ifrom=who)

    async def invite(self, room, whom, who):
        """Admits somebody, and invites both ways: through the room, and directly."""
        await self.admit(room, whom, who)
        self.component.plugin["xep_0045"].invite(room, whom, mfrom=who)
        direct = self.component.make_message(whom, mfrom=who)
        direct.append(slixmpp.xmlstream.ET.fromstring(f"<x xmlns='jabber:x:conference' jid='{room}'/>"))
        direct.send()

    async def say(self, to, body, who, id, type="groupchat"):
        message = self.component.make_message(to, body, mtype=type, mfrom=who)
        message["id"] = message["origin_id"]["id"] = id
        message.send()

    async def archive(self, room, who, after, page=2):
        """What the room's archive (XEP-0313) has after a place in it, oldest first, in pages (XEP-0059)."""
        found, is_complete = [], False
        while not is_complete:
            query = f"page-{len(self.pages)}"
            self.pages[query] = []
            asked = f"<query xmlns='urn:xmpp:mam:2' queryid='{query}'><set xmlns='http://jabber.org/protocol/rsm'>"
            # From the beginning: an empty place is one that is not there.
            asked += f"<max>{page}</max>{f'<after>{after}</after>' if after else ''}</set></query>"
            iq = self.component.make_iq_set(ito=room, ifrom=who)
            iq.append(slixmpp.xmlstream.ET.fromstring(asked))
            answer = await iq.send(timeout=PATIENCE_SECS)
            # The server sends the page before the answer.
            found += self.pages[query]
            end = answer.xml.find(f"{stanzas.MAM}fin")
            last = stanzas.text(end, "{http://jabber.org/protocol/rsm}set/{http://jabber.org/protocol/rsm}last")
            is_complete, after = end.get("complete") == "true" or not last, last
        return found

    async def ping(self, to, who):
        """Answered once the server has taken all that was sent before. Gives the condition of a refusal, or nothing."""
        try:
            await self.component.plugin["xep_0199"].send_ping(slixmpp.JID(to), ifrom=slixmpp.JID(who), timeout=PATIENCE_SECS)
        except IqError as refused:
            return refused.condition


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING)
    asyncio.run(lines.obey(Component()))
