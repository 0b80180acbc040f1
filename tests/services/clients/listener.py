"""What client and component have in common: they tell what they hear, and can wait for it themselves."""

import asyncio

import lines

PATIENCE_SECS = 30


class Listener:
    def __init__(self):
        self.hopes = []

    def told(self, kind, facts):
        lines.event(kind, **facts)
        for hope in [hope for hope in self.hopes if hope[0](kind, facts)]:
            self.hopes.remove(hope)
            hope[1].set_result(facts)

    def hope_for(self, is_it):
        """Begins to listen at once; what is awaited is the first that fits."""
        future = asyncio.get_running_loop().create_future()
        self.hopes.append((is_it, future))
        return asyncio.wait_for(future, PATIENCE_SECS)

    async def enter(self, presence):
        """Sends a presence to a room and gives our own as the room sees it. Raises what the room says if it will not have us.

        slixmpp's own `join_muc_wait` overhears refusals that do not repeat what was sent, as Prosody's do not.
        """
        place, own = str(presence["to"]), 110
        ours = lambda facts: own in facts["statuses"] and facts["from"].split("/")[0] == place.split("/")[0]
        refused = lambda facts: facts["type"] == "error" and facts["from"] == place
        is_it = lambda kind, facts: kind == "presence" and (ours(facts) or refused(facts))
        # A component is many: the answer must be to the one who asked.
        who = str(presence["from"])
        answer = self.hope_for(lambda kind, facts: is_it(kind, facts) and (not who or facts["to"] == who))
        presence.send()
        facts = await answer
        if facts["type"] == "error":
            raise PermissionError(facts["error"])
        return facts
