// Three who look for a group meet in one room, and keep it.

import { choose, meet, roomOf, search } from "../support/meeting.ts";
import { expect, test } from "../support/people.ts";

test.use({ settings: { MARU_MATCH_ACTIVE_SECS: "1" } });

test("three who look for a group meet by code-names, and keep a room of their own", async ({ person }) => {
  await (await person("root")).asAccount();
  const ann = await (await person("ann")).asAccount();
  const bob = await (await person("bob")).asAccount();
  const carol = await (await person("carol")).asAccount();
  const three = [ann, bob, carol];
  for (const one of three) await search(one, { people: 3 });
  await Promise.all(three.map((one) => meet(one)));
  expect(new Set(three.map(roomOf)).size).toBe(1);
  const room = roomOf(ann);
  await ann.say("hello you two");
  for (const other of [bob, carol]) {
    await other.sees("hello you two");
    await expect(other.log).not.toContainText("ann");
  }
  for (const one of three) await choose(one, "Keep this room");
  for (const one of three) {
    await one.sees("You keep this room");
    expect(roomOf(one)).toBe(room);
    const kept = await (await one.ask("get", `rooms/${room}`)).json();
    expect(kept).toMatchObject({ kind: "private", door: "invite" });
  }
  await carol.say("still here");
  await ann.sees("still here");
  await expect(ann.log).toContainText("carol");
});
