// Two people who write to each other.

import { NETWORK, type Person, expect, test } from "../support/people.ts";

/** Opens somebody's page. */
async function visit(me: Person, other: Person) {
  await me.open(`/people/${await other.id()}`);
}

/** Opens somebody's page, and from there the room of the two. */
async function write(me: Person, other: Person) {
  await visit(me, other);
  await me.page.getByRole("button", { name: "Write to them" }).click();
  await expect(me.page.getByRole("heading", { name: other.name, level: 1 })).toBeVisible();
  await me.isAlive();
}

/** Two who have agreed to write to each other, each at the page of their room. */
async function talking(
  person: (name: string, at?: { url?: string }) => Promise<Person>,
  at: { url?: string } = {},
): Promise<[Person, Person]> {
  const ann = await (await person("ann", at)).asAccount();
  const bob = await (await person("bob")).asAccount();
  await write(ann, bob);
  await ann.say("hello bob");
  await ann.hasSentAll();
  await bob.open("/inbox");
  await bob.page.getByRole("button", { name: "Accept" }).click();
  await bob.isAlive();
  await bob.sees("hello bob");
  return [ann, bob];
}

/** The bubble with a text. */
function bubble({ log }: Person, text: string) {
  return log.getByRole("listitem").filter({ hasText: text });
}

test("one asks to write, the other accepts, they talk, and see what was seen", async ({ person }) => {
  const ann = await (await person("ann")).asAccount();
  const bob = await (await person("bob")).asAccount();
  await bob.open("/rooms");
  await write(ann, bob);
  await ann.say("hello bob");
  await ann.sees("hello bob");
  await expect(ann.page.getByText("Until then you can send 2 more messages.")).toBeVisible();
  await ann.say("are you there?");
  await ann.say("it is about the film");
  await expect(ann.page.getByText("You can write again once they accept.")).toBeVisible();
  await expect(ann.composer).toHaveCount(0);

  // Live, for who is at another page, and without a word to who asked.
  await bob.goTo(/^Requests \(1\)$/);
  const card = bob.page.getByRole("listitem").filter({ hasText: "ann" });
  await expect(card).toContainText("it is about the film");
  await card.getByRole("link", { name: /^ann/ }).first().click();
  await bob.isAlive();
  await bob.sees("hello bob");
  await expect(bob.page.getByRole("heading", { name: "ann would like to write to you" })).toBeVisible();
  await expect(bob.composer).toHaveCount(0);
  await expect(ann.page.getByText("Seen")).toHaveCount(0);
  await bob.page.getByRole("button", { name: "Accept" }).click();
  await bob.isAlive();

  await bob.say("yes, I am");
  await ann.sees("yes, I am");
  await expect(ann.composer).toBeVisible();
  await expect(bubble(ann, "it is about the film")).toContainText(/\d\d:\d\d · Seen/);
  await ann.say("great");
  await bob.sees("great");
  await expect(bubble(ann, "great")).toContainText("Seen");
  await expect(bubble(ann, "it is about the film")).not.toContainText("Seen");
  // Own words at the right, the other's at the left; who said it is told by name, too.
  const right = async (text: string) => {
    const box = await bubble(ann, text).getByText(text).boundingBox();
    const list = await ann.log.boundingBox();
    return box!.x + box!.width / 2 > list!.x + list!.width / 2;
  };
  expect([await right("great"), await right("yes, I am")]).toEqual([true, false]);
  await expect(bubble(ann, "yes, I am")).toContainText("bob");
});

test("what is said while the other looks elsewhere is not seen until they look", async ({ person }) => {
  const [ann, bob] = await talking(person);
  await bob.open("/rooms/plaza");
  await ann.say("look here");
  await ann.hasSentAll();
  await expect(bubble(ann, "look here")).not.toContainText("Seen");
  await bob.goTo(/^ann/);
  await bob.sees("look here");
  await expect(bubble(ann, "look here")).toContainText("Seen");
});

test("one is cut off, both write on, and all of it comes once and in the same order", async ({ maru, person }) => {
  const [ann, bob] = await talking(person, { url: maru.line.url });
  const presence = bob.page.getByRole("main").locator("header");
  await expect(presence).toContainText("here");
  maru.line.cut();
  await expect(ann.page.getByText(/Connection lost|Connecting…/)).toBeVisible();
  await ann.say("queued-1");
  await ann.say("queued-2");
  await expect(ann.log.getByText("sending", { exact: true })).toHaveCount(2);
  await expect(presence).toContainText("offline");
  await bob.say("meanwhile-1");
  await bob.hasSentAll();
  expect(await ann.shown(/(queued|meanwhile)-\d/)).toEqual(["queued-1", "queued-2"]);
  expect(await bob.shown(/(queued|meanwhile)-\d/)).toEqual(["meanwhile-1"]);
  maru.line.mend();

  await expect(ann.page.getByText("Caught up on 1 message")).toBeVisible({ timeout: 40_000 });
  await ann.hasSentAll();
  for (const reader of [ann, bob]) {
    const all = ["meanwhile-1", "queued-1", "queued-2"];
    await expect.poll(() => reader.shown(/(queued|meanwhile)-\d/)).toEqual(all);
  }
  await expect(presence).toContainText("here");
  await expect(bubble(ann, "queued-2")).toContainText("Seen");
  ann.forgive(NETWORK);
});

test("a request is refused without a word, and who asked cannot go on", async ({ person }) => {
  const ann = await (await person("ann")).asAccount();
  const bob = await (await person("bob")).asAccount();
  await write(ann, bob);
  await ann.say("hello bob");
  await ann.hasSentAll();
  await bob.open("/inbox");
  await bob.page.getByRole("button", { name: "Refuse" }).click();
  await expect(bob.page.getByText("Declined. They are not told.")).toBeVisible();
  await expect(bob.page.getByText("hello bob")).toHaveCount(0);
  await ann.say("are you there?");
  await expect(ann.log.getByText(/^Not sent/)).toBeVisible();
});

test("a request is refused, its sender blocked and reported in one go", async ({ person }) => {
  const ann = await (await person("ann")).asAccount();
  const bob = await (await person("bob")).asAccount();
  await write(ann, bob);
  await ann.say("buy my things");
  await ann.hasSentAll();
  await bob.open("/inbox");
  await bob.page.getByRole("link", { name: /^ann/ }).first().click();
  await bob.page.getByRole("link", { name: "Refuse, block and report" }).click();
  await expect(bob.page.getByText("With it you refuse their request and block them.")).toBeVisible();
  await bob.page.getByLabel("Spam or advertising").check();
  await bob.page.getByRole("button", { name: "Send the report" }).click();
  await expect(bob.page.getByText("Blocked. They are not told.")).toBeVisible();
  await bob.open("/blocks");
  const line = bob.page.getByRole("main").getByRole("listitem").filter({ hasText: "ann" });
  await expect(line).toBeVisible();
  await line.getByRole("button", { name: "Unblock: ann" }).click();
  await expect(bob.page.getByText("You have blocked nobody.")).toBeVisible();
});

test("whoever is blocked cannot write, and neither can who blocked; both look offline", async ({ person }) => {
  const [ann, bob] = await talking(person);
  await bob.open("/rooms/plaza");
  await visit(bob, ann);
  await bob.page.getByRole("button", { name: "Block" }).click();
  await expect(bob.page.getByText("You have blocked this person.")).toBeVisible();
  await expect(bob.page.getByRole("button", { name: "Write to them" })).toHaveCount(0);
  await ann.say("are you there?");
  await expect(ann.log.getByText(/Not sent/)).toBeVisible();
  await visit(ann, bob);
  await expect(ann.page.getByRole("main").getByText("offline", { exact: true })).toBeVisible();
  await visit(bob, ann);
  await expect(bob.page.getByRole("main").getByText("offline", { exact: true })).toBeVisible();
  await bob.page.getByRole("button", { name: "Unblock" }).click();
  await expect(bob.page.getByText("Not blocked any more.")).toBeVisible();
});

test("without JavaScript one asks, accepts, answers and blocks by forms", async ({ person }) => {
  const options = { javaScriptEnabled: false };
  const ann = await (await person("ann", { options })).asAccount();
  const bob = await (await person("bob", { options })).asAccount();
  await visit(ann, bob);
  await ann.page.getByRole("button", { name: "Write to them" }).click();
  await ann.composer.fill("by a form");
  await ann.page.getByRole("button", { name: "Send", exact: true }).click();
  await ann.sees("by a form");
  await bob.open("/inbox");
  await bob.page.getByRole("link", { name: /^ann/ }).last().click();
  await bob.sees("by a form");
  await bob.page.getByRole("button", { name: "Accept" }).click();
  await bob.composer.fill("by another form");
  await bob.page.getByRole("button", { name: "Send", exact: true }).click();
  await ann.page.reload();
  await ann.sees("by another form");
  await visit(bob, ann);
  await bob.page.getByRole("button", { name: "Block" }).click();
  await expect(bob.page.getByText("You have blocked this person.")).toBeVisible();
});
