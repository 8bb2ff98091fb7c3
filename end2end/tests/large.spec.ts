// Large rooms: few speak, many listen, and nobody is counted by name.

import { type Person, expect, test } from "../support/people.ts";

/** Says by name who is to speak, at the settings of the room shown. */
async function letSpeak({ page }: Person, name: string) {
  const people = page.locator("#people");
  await people.getByLabel("Name").fill(name);
  await people.getByRole("button", { name: "Let speak" }).last().click();
}

test("in a large room those speak whom the host lets, and the others are counted", async ({ person }) => {
  const ann = await (await person("ann")).asAccount();
  const bob = await (await person("bob")).asAccount();
  const carol = await (await person("carol")).asAccount();
  const room = await ann.make({ name: "lecture", kind: "large", capacity: 600 });
  await ann.open(`/rooms/${room}`);
  for (const listener of [bob, carol]) {
    await listener.page.goto(`${listener.url}/rooms/${room}`);
    await listener.page.getByRole("button", { name: "Enter", exact: true }).click();
    await listener.isAlive();
    await expect(listener.page.getByText("You are listening. Those speak whom the host lets.")).toBeVisible();
    await expect(listener.composer).toHaveCount(0);
  }
  await ann.say("welcome");
  for (const listener of [bob, carol]) await listener.sees("welcome");
  await expect(ann.log.getByText(/joined/)).toHaveCount(0);
  const list = await ann.people();
  await expect(list.getByText("So many are here that only hosts and speakers are listed.")).toBeVisible();
  await expect(list.getByRole("heading", { name: "Host" })).toBeVisible();
  await expect(list.getByRole("link", { name: /^bob/ })).toHaveCount(0);
  await ann.putAway();
  await expect((await ann.sidebar()).getByRole("link", { name: /lecture.*3 of at most 600/ })).toBeVisible();

  await ann.settings();
  await letSpeak(ann, "dora");
  await expect(ann.page.getByRole("alert")).toHaveText("Nobody of that name is in the room.");
  await letSpeak(ann, "bob");
  await expect(ann.page.getByText("Done.")).toBeVisible();
  await expect(bob.composer).toBeVisible();
  await expect(carol.log).toContainText("ann lets bob speak");
  await bob.say("thank you");
  await carol.sees("thank you");
  await expect((await carol.people()).getByRole("heading", { name: "Speakers — 1" })).toBeVisible();
  await expect(carol.composer).toHaveCount(0);

  await ann.open(`/rooms/${room}`);
  await (await ann.menuOf("bob")).getByRole("button", { name: "Only listen" }).click();
  await expect(bob.composer).toHaveCount(0);
  await expect(carol.log).toContainText("bob only listens again");
  ann.forgive(/status of 404/);
});
