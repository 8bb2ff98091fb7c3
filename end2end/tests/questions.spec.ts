// How questions come up between two, with a script and without one; and their answer book.

import { readFile } from "node:fs/promises";
import { choose, roomOf, together } from "../support/meeting.ts";
import { type Person, expect, test } from "../support/people.ts";

type Bring = (name: string, at?: { options?: object }) => Promise<Person>;

/** Two who were matched and keep their room. */
async function pair(person: Bring): Promise<[Person, Person, string]> {
  await (await person("root")).asAccount();
  const ann = await (await person("ann")).asAccount();
  const bob = await (await person("bob")).asAccount();
  await together(ann, bob);
  const room = roomOf(ann);
  for (const one of [ann, bob]) await one.ask("put", `rooms/${room}/meeting/keep`, { keep: true });
  await expect(ann.page.getByRole("heading", { name: "bob", level: 1 })).toBeVisible();
  return [ann, bob, room];
}

/** The same person where nothing has a script. */
async function plainly(person: Bring, { name, page }: Person): Promise<Person> {
  const storageState = await page.context().storageState();
  return person(`${name}, plainly`, { options: { javaScriptEnabled: false, storageState } });
}

/** Sets how questions come up, on the page for it. */
async function set({ page }: Person, mode: RegExp, pack?: RegExp): Promise<void> {
  const form = page.locator("form").filter({ has: page.getByRole("button", { name: "Save" }) });
  const list = form.getByRole("combobox", { name: "Pack" });
  const named = pack && (await list.getByRole("option", { name: pack }).getAttribute("value"));
  if (named) await list.selectOption(named);
  await form.getByRole("radio", { name: mode }).check();
  await form.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Saved.")).toBeVisible();
  await expect(form.getByRole("radio", { name: mode })).toBeChecked();
}

const held = ({ page }: Person) => page.getByText("Answer the question to go on talking.");

test("two set how questions come up, and the room follows", async ({ person }) => {
  const [ann, bob, room] = await pair(person);
  const to = `/rooms/${room}/questions`;
  await choose(ann, "Ask a question now");
  await expect(ann.page).toHaveURL(new RegExp(`${to}$`));
  await expect(ann.page.getByRole("alert")).toHaveText("There is no question to ask. Choose a pack.");
  await set(ann, /^Strict/, /^First light/);
  await bob.sees("ann changed the settings for questions");
  await ann.page.getByRole("button", { name: "Ask a question now" }).click();
  for (const one of [ann, bob]) {
    await one.isAlive();
    await expect(held(one)).toBeVisible();
    await expect(one.composer).toHaveCount(0);
  }
  await choose(bob, "How questions come up");
  await set(bob, /^Gentle/);
  await expect(ann.page.getByText("A question waits for your answer.")).toBeVisible();
  await expect(ann.composer).toBeVisible();
  await set(bob, /^Off/);
  await expect(ann.page.getByText("A question waits for your answer.")).toBeHidden();
  await set(bob, /^Strict/);
  await expect(held(ann)).toBeVisible();
  await bob.page.getByRole("combobox", { name: "For" }).selectOption("3");
  await bob.page.getByRole("button", { name: "Pause" }).click();
  await expect(bob.page.getByText(/^Paused until/)).toBeVisible();
  await expect(held(ann)).toBeHidden();
  await bob.page.getByRole("button", { name: "Go on now" }).click();
  await expect(held(ann)).toBeVisible();
});

test("without JavaScript the settings for questions do the same", async ({ person }) => {
  const [ann, bob, room] = await pair(person);
  const plain = await plainly(person, ann);
  await plain.page.goto(`${plain.url}/rooms/${room}`);
  await choose(plain, "Ask a question now");
  await expect(plain.page.getByRole("alert")).toHaveText("There is no question to ask. Choose a pack.");
  await set(plain, /^Strict/, /^First light/);
  await plain.page.getByRole("button", { name: "Ask a question now" }).click();
  await expect(held(plain)).toBeVisible();
  await expect(held(bob)).toBeVisible();
  await choose(plain, "How questions come up");
  await plain.page.getByRole("combobox", { name: "For" }).selectOption("1");
  await plain.page.getByRole("button", { name: "Pause" }).click();
  await expect(plain.page.getByText(/^Paused until/)).toBeVisible();
  await expect(held(bob)).toBeHidden();
  await plain.page.getByRole("button", { name: "Go on now" }).click();
  await set(plain, /^Gentle/);
  await expect(bob.composer).toBeVisible();
  await plain.page.getByRole("link", { name: "Back to the room" }).click();
  await expect(plain.composer).toBeVisible();
});

/** Brings a question up; its id. */
async function asks(person: Person, room: string): Promise<string> {
  const known = async (): Promise<{ id: string }[]> =>
    (await (await person.ask("get", `rooms/${room}/meeting`)).json()).asked;
  const before = new Set((await known()).map((it) => it.id));
  await person.ask("post", `rooms/${room}/questions`, {});
  return (await known()).find((it) => !before.has(it.id))!.id;
}

/** What one gets who follows a link to a file. */
async function saved({ page }: Person, link: RegExp): Promise<string> {
  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: link }).click();
  return readFile(await (await download).path(), "utf8");
}

test("the answer book is searched, and taken along without what is sealed", async ({ person }) => {
  const [ann, bob, room] = await pair(person);
  const settings = { pack: "first-light", mode: "gentle", order: "as_written", by_word: false };
  await ann.ask("put", `rooms/${room}/questions/settings`, settings);
  const answer = (who: Person, asked: string, text: string) =>
    who.ask("put", `rooms/${room}/questions/${asked}/answer`, { text });
  for (const [mine, theirs] of [["the window", "the aisle"], ["tea at noon", "coffee"]] as const) {
    const asked = await asks(ann, room);
    await answer(ann, asked, mine);
    await answer(bob, asked, theirs);
  }
  const skipped = await asks(ann, room);
  await ann.ask("post", `rooms/${room}/questions/${skipped}/skip`);
  await answer(bob, await asks(ann, room), "sealed until then");

  await ann.open(`/rooms/${room}`);
  await ann.page.getByRole("link", { name: "Answers" }).click();
  const { page } = ann;
  const entries = page.getByRole("main").locator(".book").getByRole("listitem");
  await expect(page.getByText("2 of 4 questions answered by both.")).toBeVisible();
  await expect(entries).toHaveCount(2);
  await page.getByLabel("Words in it").fill("noon");
  await page.getByRole("button", { name: "Find", exact: true }).click();
  await expect(entries).toHaveCount(1);
  await expect(entries).toContainText("tea at noon");
  const text = await saved(ann, /Markdown/);
  expect(text).toContain("tea at noon");
  expect(text).toContain("coffee");
  expect(text).not.toContain("the window");
  await page.getByLabel("Words in it").fill("");
  await page.getByRole("combobox", { name: "Which" }).selectOption("skipped");
  await page.getByRole("button", { name: "Find", exact: true }).click();
  await expect(entries).toHaveCount(1);
  await expect(entries.getByRole("button", { name: "Bring it back" })).toBeVisible();
  await page.getByRole("combobox", { name: "Which" }).selectOption("all");
  await page.getByRole("button", { name: "Find", exact: true }).click();
  await expect(entries).toHaveCount(4);
  await expect(page.getByText("bob has answered. You see it once you have, too.")).toBeVisible();
  const all = await saved(ann, /JSON/);
  const book = JSON.stringify(JSON.parse(all));
  for (const told of ["the window", "the aisle", "tea at noon", "coffee"]) expect(book).toContain(told);
  expect(book).not.toContain("sealed until then");
});
