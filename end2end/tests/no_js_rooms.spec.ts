// Without JavaScript: rooms of one's own, people, requests and plans, all by forms.

import { choose as chooseOf, refusedReport, roomOf } from "../support/meeting.ts";
import { type Person, expect, test } from "../support/people.ts";

test.use({ javaScriptEnabled: false });

/** Opens the menu of the room shown, which needs no script, and goes on from there. */
async function choose(me: Person, way: string) {
  await (await me.roomMenu()).getByRole("link", { name: way }).click();
}

/** The part of a page under a heading. */
function section({ page }: Person, heading: string) {
  return page.locator("section").filter({ has: page.getByRole("heading", { name: heading, exact: true }) });
}

/** Sends the form of such a part, and sees that it was done. */
async function save(me: Person, heading: string, button: string) {
  await section(me, heading).getByRole("button", { name: button }).first().click();
  await expect(me.page.getByText("Done.")).toBeVisible();
}

test("one makes a hidden room by forms, invites, and takes an invitation back", async ({ person }) => {
  const ann = await (await person("ann")).asAccount();
  const bob = await (await person("bob")).asAccount();
  await ann.page.goto(`${ann.url}/rooms/new`);
  await ann.page.getByLabel("Name").fill("attic");
  await ann.page.getByRole("radio", { name: /^By invitation only/ }).check();
  await ann.page.getByRole("button", { name: "Make the room" }).click();
  await choose(ann, "Invite people");
  await ann.page.getByRole("combobox", { name: "How often" }).selectOption("5");
  await ann.page.getByRole("button", { name: "Make an invitation" }).click();
  const link = await ann.page.getByLabel("The new link. It is shown only now.").inputValue();
  const path = new URL(link).pathname;

  await bob.page.goto(bob.url + path);
  await expect(bob.page.getByRole("heading", { name: "attic" })).toBeVisible();
  await expect(bob.page.getByText("You are invited into this room.")).toBeVisible();
  await expect(bob.page.getByText("Host: ann")).toBeVisible();
  await bob.page.getByRole("button", { name: "Enter", exact: true }).click();
  await bob.composer.fill("here by a link");
  await bob.page.getByRole("button", { name: "Send", exact: true }).click();
  await bob.sees("here by a link");
  await (await bob.roomMenu()).getByRole("button", { name: "Leave" }).click();
  await expect(bob.page.getByText("You left the room.")).toBeVisible();

  await ann.page.reload();
  const invites = section(ann, "Invitations");
  await expect(invites.getByRole("listitem")).toContainText("used 1 times, 4 left");
  await invites.getByRole("button", { name: "Take back" }).click();
  await expect(ann.page.getByText("The invitation is taken back.")).toBeVisible();
  await bob.page.goto(bob.url + path);
  await expect(bob.page.getByRole("alert")).toHaveText("The invitation is over. Ask for a new one.");
  bob.forgive(/status of 4\d\d/);
});

test("a host keeps a room by forms: its name, its door, its people, its end", async ({ person }) => {
  const ann = await (await person("ann")).asAccount();
  const bob = await (await person("bob")).asAccount();
  const room = await ann.make({ name: "kitchen" });
  await bob.join(room);
  await ann.page.goto(`${ann.url}/rooms/${room}`);
  await choose(ann, "Settings of the room");
  await section(ann, "Name and topic").getByLabel("Name").fill("big kitchen");
  await save(ann, "Name and topic", "Rename");
  await section(ann, "Name and topic").getByLabel("Topic").fill("what is for dinner");
  await save(ann, "Name and topic", "Save");
  await section(ann, "Slow mode").getByRole("combobox").selectOption({ label: "10 seconds" });
  await save(ann, "Slow mode", "Save");
  await section(ann, "How one comes in").getByRole("radio", { name: /^With a password/ }).check();
  await section(ann, "How one comes in").getByLabel("The room's password").fill("garlic");
  await save(ann, "How one comes in", "Save");
  const line = section(ann, "People").getByRole("listitem").filter({ hasText: "bob" });
  await line.getByText("bob", { exact: true }).click();
  await line.getByLabel("Reason").fill("too much salt");
  await line.getByRole("button", { name: "Mute" }).click();
  await expect(section(ann, "Banned and muted").getByRole("listitem")).toContainText("too much salt");

  await bob.page.goto(`${bob.url}/rooms/${room}`);
  await expect(bob.page.getByRole("heading", { name: "big kitchen" })).toBeVisible();
  await expect(bob.page.getByText(/^You are muted until .* You can go on reading\.$/)).toBeVisible();
  await section(ann, "Banned and muted").getByRole("button", { name: "Let speak again" }).click();
  await expect(section(ann, "Banned and muted").getByRole("listitem")).toHaveCount(0);
  await bob.page.reload();
  await expect(bob.page.getByText("Slow mode: one message every 10 seconds").last()).toBeVisible();
  await line.getByText("bob", { exact: true }).click();
  await line.getByRole("button", { name: "Put out" }).click();
  await expect(line).toHaveCount(0);
  await bob.page.reload();
  await expect(bob.page.getByLabel("The room's password")).toBeVisible();

  const close = section(ann, "Close the room");
  await close.getByLabel("Yes, close this room for good").check();
  await close.getByRole("button", { name: "Close the room" }).click();
  await expect(ann.page.getByText("The room is closed.")).toBeVisible();
  const answer = await bob.page.reload();
  expect(answer?.status()).toBe(404);
  bob.forgive(/status of 404/);
});

test("one tells of oneself by a form, and is reported by another", async ({ person }) => {
  const owner = await (await person("olga")).asAccount();
  const ann = await (await person("ann")).asAccount();
  await ann.page.goto(`${ann.url}/settings`);
  await ann.page.getByLabel("A few sentences").fill("I sell watches.");
  await ann.page.getByRole("checkbox", { name: "한국어" }).check();
  await ann.page.getByLabel("Interests").fill("clocks, tea");
  await section(ann, "About you").getByRole("button", { name: "Save" }).click();
  await expect(ann.page.getByText("Saved.")).toBeVisible();
  await expect(ann.page.getByLabel("Interests")).toHaveValue("clocks, tea");

  const bob = await (await person("bob")).asAccount();
  await bob.page.goto(`${bob.url}/people/${await ann.id()}`);
  for (const told of ["I sell watches.", "한국어", "clocks", "tea"]) {
    await expect(bob.page.getByRole("main").getByText(told, { exact: true })).toBeVisible();
  }
  const form = bob.page.locator("#report");
  await form.getByRole("radio", { name: "Spam" }).check();
  await form.getByLabel("What happened? (optional)").fill("watches, again");
  await form.getByRole("button", { name: "Send the report" }).click();
  await expect(bob.page.getByText("Those who keep order here will look at it and tell you.")).toBeVisible();
  await owner.page.goto(`${owner.url}/admin/reports`);
  await expect(owner.page.getByRole("heading", { name: "bob reports ann" })).toBeVisible();
  await owner.page.getByRole("radio", { name: "Do nothing" }).check();
  await owner.page.getByRole("button", { name: "Decide" }).click();
  await expect(owner.page.getByText("Decided; both were told.")).toBeVisible();
  await bob.page.goto(`${bob.url}/notices`);
  await expect(bob.page.getByText("nothing was done", { exact: false })).toBeVisible();
});

test("requests are answered in the inbox by forms", async ({ person }) => {
  const ann = await (await person("ann")).asAccount();
  const bob = await (await person("bob")).asAccount();
  const carol = await (await person("carol")).asAccount();
  for (const asking of [bob, carol]) {
    const room = (await (await asking.ask("post", `direct/${await ann.id()}`)).json()).id;
    const data = { cid: crypto.randomUUID(), text: `${asking.name} says hello` };
    await asking.ask("post", `rooms/${room}/entries`, data);
  }
  await ann.page.goto(`${ann.url}/inbox`);
  const card = (name: string) => section(ann, "Requests").getByRole("listitem").filter({ hasText: name });
  await card("carol").getByRole("button", { name: "Refuse" }).click();
  await expect(ann.page.getByText("Declined. They are not told.")).toBeVisible();
  await expect(ann.page.getByText("carol says hello")).toHaveCount(0);
  await card("bob").getByRole("button", { name: "Accept" }).click();
  await ann.sees("bob says hello");
  await ann.composer.fill("hello yourself");
  await ann.page.getByRole("button", { name: "Send", exact: true }).click();
  await ann.sees("hello yourself");
  await bob.page.goto(`${bob.url}/inbox`);
  await expect(section(bob, "Conversations").getByRole("listitem")).toContainText("hello yourself");
});

test("what is planned is changed and given up by forms", async ({ person }) => {
  const ann = await (await person("ann")).asAccount();
  const { page } = ann;
  await ann.join("plaza");
  await page.goto(`${ann.url}/rooms/plaza`);
  await ann.composer.fill("see you at eight");
  await page.getByRole("button", { name: "Send later" }).click();
  await page.getByRole("button", { name: "in 3 hours" }).click();
  await expect(page.getByRole("main")).toContainText("It will be sent then.");
  await page.goto(`${ann.url}/later`);
  const card = page.getByRole("listitem").filter({ hasText: "see you at" });
  await card.getByText("Edit", { exact: true }).click();
  await card.getByLabel("Message").fill("see you at nine");
  await card.getByRole("button", { name: "Save" }).click();
  await expect(card.locator(".planned__text")).toHaveText("see you at nine");
  await card.getByRole("button", { name: "Cancel it" }).click();
  await expect(page.getByText("It will not be sent.")).toBeVisible();
  await expect(card).toHaveCount(0);
});

test("two look for somebody, meet, keep their room and answer a question, all by forms", async ({ person }) => {
  await (await person("root")).asAccount();
  const ann = await (await person("ann")).asAccount();
  const bob = await (await person("bob")).asAccount();
  for (const one of [ann, bob]) {
    await one.page.goto(`${one.url}/match/wishes`);
    await one.page.getByLabel("English", { exact: true }).check();
    await one.page.getByText("tea", { exact: true }).click();
    await one.page.getByLabel("Year you were born").fill("1990");
    await one.page.getByRole("button", { name: "Start looking" }).click();
  }
  // The page asks by itself, and nothing else says that they are there.
  for (const one of [ann, bob]) {
    const yes = one.page.getByRole("main").getByRole("button", { name: "Meet them" });
    await expect(yes.or(one.composer)).toBeVisible({ timeout: 20_000 });
    if (await yes.isVisible()) await yes.click();
  }
  for (const one of [ann, bob]) {
    await expect(one.composer).toBeVisible({ timeout: 20_000 });
    await chooseOf(one, "Keep this room");
  }
  await expect(bob.page.getByRole("heading", { name: "ann", level: 1 })).toBeVisible();
  await ann.page.reload();
  await expect(ann.page.getByRole("heading", { name: "bob", level: 1 })).toBeVisible();
  const settings = { pack: "first-light", mode: "strict", order: "as_written", by_word: false };
  await ann.ask("put", `rooms/${roomOf(ann)}/questions/settings`, settings);
  await chooseOf(ann, "Ask a question now");
  for (const [one, text] of [[ann, "the window"], [bob, "the aisle"]] as const) {
    await one.page.goto(`${one.url}/rooms/${roomOf(one)}`);
    await expect(one.page.getByText("Answer the question to go on talking.")).toBeVisible();
    await expect(one.composer).toHaveCount(0);
    await one.page.getByRole("textbox", { name: "Your answer" }).fill(text);
    await one.page.getByRole("button", { name: "Answer", exact: true }).click();
    await expect(one.composer).toBeVisible();
  }
  await expect(bob.page.getByText("the window")).toBeVisible();
  await chooseOf(ann, "Leave and report");
  await refusedReport(ann);
  await ann.page.getByRole("button", { name: "Leave and report" }).click();
  await expect(ann.page.getByText(/^Reported\./)).toBeVisible();
  await bob.page.reload();
  await expect(bob.page.getByRole("heading", { name: "No such room" })).toBeVisible();
  bob.forgive(/status of 404/);
});
