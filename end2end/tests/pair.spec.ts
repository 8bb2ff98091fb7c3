// Two who were matched: behind a veil, keeping the room or parting, and questions for both.

import { choose, meet, refusedReport, roomOf, sayYes, search, together } from "../support/meeting.ts";
import { type Person, expect, test } from "../support/people.ts";

type Bring = (name: string) => Promise<Person>;

/** The owner of the server, and two who were matched. */
async function matched(person: Bring): Promise<[Person, Person, Person]> {
  const root = await (await person("root")).asAccount();
  const ann = await (await person("ann")).asAccount();
  const bob = await (await person("bob")).asAccount();
  await together(ann, bob);
  return [ann, bob, root];
}

/** The card of the newest question that says so. */
function card({ page }: Person, words: string | RegExp) {
  return page.getByRole("article").filter({ hasText: words }).last();
}

function heading({ page }: Person, name: string | RegExp) {
  return page.getByRole("heading", { name, level: 1 });
}

test("two who keep their room know each other from then on", async ({ person }) => {
  const [ann, bob] = await matched(person);
  await expect(heading(ann, "bob")).toHaveCount(0);
  await expect(ann.page.getByText("Matched on film, tea")).toBeAttached();
  await ann.say("see https://maru.example");
  await bob.sees("see https://maru.example");
  await expect(bob.log.getByRole("link", { name: "https://maru.example" })).toHaveCount(0);
  await choose(ann, "Keep this room");
  await expect(ann.page.getByText("It stays as soon as both of you do")).toBeVisible();
  await choose(ann, "Do not keep it after all");
  await choose(ann, "Keep this room");
  await expect(ann.page.getByText("It stays as soon as both of you do")).toBeVisible();
  await bob.say("I like it here");
  await ann.sees("I like it here");
  await choose(bob, "Keep this room");
  await expect(heading(bob, "ann")).toBeVisible();
  await expect(heading(ann, "bob")).toBeVisible();
  await ann.sees("I like it here");
  await expect(bob.log.getByRole("link", { name: "https://maru.example" })).toBeVisible();
  await expect(ann.page.getByRole("button", { name: "Next person" })).toHaveCount(0);
  await bob.page.reload();
  await bob.isAlive();
  await bob.sees("You keep this room");
  await ann.say("still here");
  await bob.sees("still here");
});

test("what is shown opens step by step, when both want it", async ({ person }) => {
  const [ann, bob] = await matched(person);
  await ann.say("see https://maru.example");
  await bob.sees("see https://maru.example");
  const link = bob.log.getByRole("link", { name: "https://maru.example" });
  await choose(ann, "Show each other more");
  await ann.page.getByRole("button", { name: "Show links" }).click();
  await ann.isAlive();
  await choose(ann, "Show each other more");
  await expect(ann.page.getByText(/^You offered it; waiting for/)).toBeVisible();
  await ann.page.getByRole("link", { name: "Back to the room" }).click();
  await ann.isAlive();
  await expect(link).toHaveCount(0);
  await choose(bob, "Show each other more");
  await bob.page.getByRole("button", { name: "Show links" }).click();
  await bob.isAlive();
  await bob.sees("Links can be opened from here on");
  await expect(link).toBeVisible();
  await ann.sees("Links can be opened from here on");
  for (const one of [ann, bob]) {
    await choose(one, "Show each other more");
    await one.page.getByRole("button", { name: "Say who I am" }).click();
  }
  await expect(heading(bob, "ann")).toBeVisible();
  await ann.page.goto(ann.page.url());
  await expect(heading(ann, "bob")).toBeVisible();
});

test("whom one blocks one never meets again, and is met by others", async ({ person }) => {
  const [ann, bob] = await matched(person);
  const carol = await (await person("carol")).asAccount();
  await choose(ann, "Leave and block");
  await expect(bob.page.getByRole("heading", { name: /has left$/ })).toBeVisible();
  await search(ann);
  await search(bob);
  // Long enough for whoever may be matched to have been.
  for (const one of [ann, bob]) {
    await expect(one.page.getByRole("timer")).toHaveText(/^0:(0[4-9]|1\d)$/, { timeout: 15_000 });
  }
  await search(carol);
  await meet(carol, () => Promise.all([ann, bob].map((one) => sayYes(one))));
  const looking = (one: Person) => one.page.getByRole("heading", { name: "Looking for someone…" });
  const left = (await Promise.all([ann, bob].map((one) => looking(one).count()))).reduce((a, b) => a + b);
  expect(left).toBe(1);
});

test("a report takes a sealed copy along, and the room is gone", async ({ person }) => {
  const [ann, bob, root] = await matched(person);
  await bob.say("buy my cheap watches");
  await ann.sees("buy my cheap watches");
  await choose(ann, "Leave and report");
  await refusedReport(ann);
  await ann.page.getByRole("button", { name: "Leave and report" }).click();
  await expect(ann.page.getByText(/^Reported\./)).toBeVisible();
  await expect(bob.page.getByRole("heading", { name: /has left$/ })).toBeVisible();
  await root.page.goto(`${root.url}/admin/reports`);
  await expect(root.page.getByText("buy my cheap watches")).toBeAttached();
});

test("a couple's evening in strict mode, with a reload in the middle", async ({ person }) => {
  test.setTimeout(120_000);
  const [ann, bob] = await matched(person);
  const room = roomOf(ann);
  for (const one of [ann, bob]) await choose(one, "Keep this room");
  await expect(heading(ann, "bob")).toBeVisible();
  await expect(heading(bob, "ann")).toBeVisible();
  const settings = { pack: "first-light", mode: "strict", order: "as_written", by_word: true };
  await ann.ask("put", `rooms/${room}/questions/settings`, settings);
  await ann.sees("ann changed the settings for questions");

  await choose(ann, "Ask a question now");
  const held = (one: Person) => one.page.getByText("Answer the question to go on talking.");
  for (const one of [ann, bob]) {
    await expect(held(one)).toBeVisible();
    await expect(one.composer).toHaveCount(0);
  }
  await expect(card(ann, "You asked for a question.")).toBeVisible();
  await expect(card(bob, "ann asked for a question.")).toBeVisible();
  await bob.page.getByRole("link", { name: "Go to the question" }).click();
  const field = (one: Person) => one.page.getByRole("textbox", { name: "Your answer" }).last();
  await expect(field(bob)).toBeFocused();
  await field(bob).fill("a window seat, and");
  await bob.page.reload();
  await bob.isAlive();
  await expect(field(bob)).toHaveValue("a window seat, and");
  await field(bob).fill("a window seat, and tea");
  await bob.page.getByRole("button", { name: "Answer", exact: true }).click();
  await expect(card(bob, "Your answer is sealed until ann has answered, too.")).toBeVisible();
  await expect(bob.composer).toBeVisible();
  await expect(card(ann, "bob has answered.")).toBeVisible();
  await expect(ann.page.getByText("a window seat, and tea")).toHaveCount(0);
  await bob.say("your turn!");
  await ann.sees("your turn!");

  await field(bob).fill("a window seat, and green tea");
  await bob.page.getByRole("button", { name: "Change my answer" }).click();
  await field(ann).fill("the aisle");
  await ann.page.getByRole("button", { name: "Answer", exact: true }).click();
  for (const one of [ann, bob]) {
    await expect(card(one, "a window seat, and green tea")).toContainText("the aisle");
    await expect(one.composer).toBeVisible();
  }
  await expect(ann.page.getByText("1 answer shared")).toBeAttached();

  await choose(bob, "Ask a question now");
  await expect(held(bob)).toBeVisible();
  await bob.page.getByRole("button", { name: "Skip (2 left today)" }).click();
  await expect(ann.composer).toBeVisible();
  await expect(bob.composer).toBeVisible();
  await expect(bob.page.getByText("This question was skipped.")).toBeVisible();
  await bob.page.getByRole("button", { name: "Ask it again" }).click();
  await expect(held(ann)).toBeVisible();
});
