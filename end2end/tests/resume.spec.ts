import { NETWORK, type Person, expect, test } from "../support/people.ts";
import { setTimeout as pause } from "node:timers/promises";

const numbered = (who: string, count: number) =>
  Array.from({ length: count }, (_, n) => `${who}-${String(n + 1).padStart(2, "0")}`);

/** Both have the same, in the same order, once. */
async function agree(ann: Person, bob: Person, pattern: RegExp, expected: string[]) {
  await expect.poll(async () => (await bob.shown(pattern)).length, { timeout: 40_000 }).toBe(expected.length);
  await ann.hasSentAll();
  await bob.hasSentAll();
  const [hers, his] = [await ann.shown(pattern), await bob.shown(pattern)];
  expect(his).toEqual(hers);
  expect(hers.toSorted()).toEqual(expected.toSorted());
}

/** Each sender's messages are in the order typed. */
function inOrder(shown: string[], who: string, count: number) {
  expect(shown.filter((it) => it.startsWith(who))).toEqual(numbered(who, count));
}

/** A mark that a reload would remove. */
const mark = ({ page }: Person) => page.evaluate(() => void Reflect.set(globalThis, "marked", true));
const isMarked = async ({ page }: Person) =>
  expect(await page.evaluate(() => Reflect.get(globalThis, "marked")), "never reloaded").toBe(true);

test("one cut off for 20 s misses nothing and loses nothing", async ({ maru, person }) => {
  test.setTimeout(120_000);
  const ann = await (await person("ann", { url: maru.line.url })).asGuest();
  const bob = await (await person("bob")).asGuest();
  await ann.enter("plaza");
  await bob.enter("plaza");
  await mark(ann);

  maru.line.cut();
  const since = Date.now();
  await expect(ann.page.getByText(/Connection lost|Connecting…/)).toBeVisible();
  for (const text of numbered("ann", 3)) await ann.say(text);
  for (const text of numbered("bob", 30)) {
    await bob.say(text);
    await pause(250);
  }
  expect(await ann.shown(/(ann|bob)-\d\d/)).toEqual(numbered("ann", 3));
  expect(await bob.shown(/ann-\d\d/)).toEqual([]);
  await pause(Math.max(0, 20_000 - (Date.now() - since)));
  maru.line.mend();

  await expect(ann.page.getByText("Caught up on 30 messages")).toBeVisible({ timeout: 40_000 });
  await agree(ann, bob, /(ann|bob)-\d\d/, [...numbered("ann", 3), ...numbered("bob", 30)]);
  const shown = await ann.shown(/(ann|bob)-\d\d/);
  inOrder(shown, "ann", 3);
  inOrder(shown, "bob", 30);
  await isMarked(ann);
  ann.forgive(NETWORK);
});

test("the server is killed and started again under both", async ({ maru, person }) => {
  test.setTimeout(120_000);
  const ann = await (await person("ann")).asGuest();
  const bob = await (await person("bob")).asGuest();
  await ann.enter("plaza");
  await bob.enter("plaza");
  await mark(ann);
  await mark(bob);

  for (const text of numbered("ann", 5)) await ann.say(text);
  await maru.kill();
  for (const text of numbered("bob", 5)) await bob.say(text);
  await maru.start();
  await ann.isConnected();
  await bob.isConnected();
  await bob.say("bob-06");
  await ann.say("ann-06");

  await agree(ann, bob, /(ann|bob)-\d\d/, [...numbered("ann", 6), ...numbered("bob", 6)]);
  const shown = await ann.shown(/(ann|bob)-\d\d/);
  inOrder(shown, "ann", 6);
  inOrder(shown, "bob", 6);
  await isMarked(ann);
  await isMarked(bob);
  ann.forgive(NETWORK);
  bob.forgive(NETWORK);
});

test("what was not sent yet outlives a reload", async ({ maru, person }) => {
  const ann = await (await person("ann", { url: maru.line.url })).asGuest();
  const bob = await (await person("bob")).asGuest();
  await ann.enter("plaza");
  await bob.enter("plaza");
  // The page comes from the direct address; only its socket is cut.
  maru.line.cut();
  await expect(ann.page.getByText(/Connection lost|Connecting…/)).toBeVisible();
  await ann.say("kept over a reload");
  await ann.sees("kept over a reload");
  // Stored in the browser a moment later.
  await pause(500);
  maru.line.mend();
  await ann.page.reload();
  await ann.isAlive();
  await bob.sees("kept over a reload");
  await ann.hasSentAll();
  expect(await ann.shown(/kept over a reload/)).toHaveLength(1);
  ann.forgive(NETWORK);
});

test("a reload in mid-typing keeps the draft, of each room its own", async ({ person }) => {
  const ann = await (await person("ann")).asGuest();
  await ann.enter("music");
  await ann.composer.fill("half a song");
  await ann.enter("plaza");
  await ann.composer.pressSequentially("half a thou");
  await ann.page.reload();
  await ann.isAlive();
  await expect(ann.composer).toHaveValue("half a thou");
  await ann.open("/rooms/music");
  await expect(ann.composer).toHaveValue("half a song");
});

test("a draft is its writer's, also in the same browser", async ({ person }) => {
  const ann = await (await person("ann")).asGuest();
  await ann.enter("music");
  await ann.composer.pressSequentially("for my eyes only");
  await ann.page.goto(`${ann.url}/settings`);
  await ann.page.getByRole("button", { name: "Sign out", exact: true }).click();
  await ann.page.goto(`${ann.url}/guest`);
  await ann.page.getByLabel("Name").fill("Eve");
  await ann.page.keyboard.press("Enter");
  await ann.page.waitForURL("**/rooms");
  await ann.enter("music");
  await expect(ann.composer).toHaveValue("");
});

test("a room that could not be loaded without a network comes with it", async ({ maru, person }) => {
  const ann = await (await person("ann", { url: maru.line.url })).asGuest();
  await ann.enter("plaza");
  await ann.say("hello");
  await ann.hasSentAll();
  maru.line.cut();
  await expect(ann.page.getByText(/Connection lost|Connecting…/)).toBeVisible();
  await ann.page.getByRole("link", { name: /film/ }).first().click();
  await expect(ann.page.getByText("That did not load", { exact: false })).toBeVisible();
  maru.line.mend();
  await expect(ann.page.getByRole("button", { name: "Enter", exact: true })).toBeVisible({ timeout: 40_000 });
  ann.forgive(NETWORK);
});
