// Looking for somebody while one does something else: the sound, the notice outside the page, and
// what happens to who goes away.

import { meet, roomOf, sayYes, search, together } from "../support/meeting.ts";
import { NETWORK, type Person, expect, test } from "../support/people.ts";

// Only who did something within the last second is taken to be there, or away after two.
test.use({ settings: { MARU_MATCH_ACTIVE_SECS: "1", MARU_MATCH_GRACE_SECS: "2" } });

interface Told {
  played: string[];
  isHidden: boolean;
}

/** Writes down what a page plays, lets it be hidden, and to tell things outside itself. */
async function listen({ page }: Person): Promise<void> {
  await page.context().grantPermissions(["notifications"]);
  await page.addInitScript(() => {
    const told: Told = { played: [], isHidden: false };
    const Sound = class {
      constructor(readonly from: string) {}
      play() {
        told.played.push(this.from);
        return Promise.resolve();
      }
    };
    Object.assign(window, { told, Audio: Sound });
    const state = () => (told.isHidden ? "hidden" : "visible");
    Object.defineProperty(document, "visibilityState", { get: state });
  });
}

async function told({ page }: Person): Promise<Told> {
  return page.evaluate(() => (window as unknown as { told: Told }).told);
}

/** What stands outside the page. */
async function noticed({ page }: Person): Promise<string[]> {
  return page.evaluate(async () => {
    const worker = await navigator.serviceWorker.getRegistration();
    return ((await worker?.getNotifications()) ?? []).map((it) => it.title);
  });
}

async function hide({ page }: Person): Promise<void> {
  await page.evaluate(() => {
    (window as unknown as { told: Told }).told.isHidden = true;
  });
}

function card({ page }: Person, name: string) {
  return page.getByRole("main").getByRole("heading", { name });
}

/** Waits on the page of the search, long enough to be asked and not taken for present. */
async function waits(person: Person, languages = ["en"]): Promise<void> {
  await search(person, { languages });
  await person.isAlive();
  await expect(person.page.getByRole("timer")).toHaveText(/^0:0[2-9]$/);
}

test("a sound says that somebody is here, for who has chosen so", async ({ person }) => {
  await (await person("root")).asAccount();
  const ann = await (await person("ann")).asAccount();
  const bob = await (await person("bob")).asAccount();
  const carol = await (await person("carol")).asAccount();
  await listen(ann);
  await waits(ann);
  await search(bob);
  await expect(card(ann, "Someone is here")).toBeVisible();
  expect((await told(ann)).played).toEqual([]);
  await ann.page.getByRole("main").getByRole("button", { name: "Not now" }).click();
  await bob.ask("delete", "match");

  await ann.page.goto(`${ann.url}/settings`);
  const sound = ann.page.getByRole("group", { name: "Sound when someone is found for me" });
  await expect(sound.getByRole("radio", { name: "Off" })).toBeChecked();
  await sound.getByRole("radio", { name: "On" }).check();
  await ann.page.locator('form[action="/settings/look"]').getByRole("button").click();
  await expect(sound.getByRole("radio", { name: "On" })).toBeChecked();
  await waits(ann, ["ko"]);
  await search(carol, { languages: ["ko"] });
  await expect(card(ann, "Someone is here")).toBeVisible();
  await expect(async () => expect((await told(ann)).played).toEqual(["/chime.wav"])).toPass();
});

test("whoever looks elsewhere is told once outside the page", async ({ person }) => {
  await (await person("root")).asAccount();
  const ann = await (await person("ann")).asAccount();
  const bob = await (await person("bob")).asAccount();
  await listen(ann);
  await waits(ann);
  await hide(ann);
  await search(bob);
  await expect(card(ann, "Someone is here")).toBeVisible();
  await expect(async () => {
    expect(await noticed(ann)).toEqual(["Someone is here for you."]);
  }).toPass();
  // Not again with every second.
  await expect(ann.page.getByRole("main").getByRole("timer")).toHaveText(/^(1[0-3]|\d)$/);
  expect(await noticed(ann)).toHaveLength(1);
});

test("who wanted to know of somebody is told so outside the page", async ({ person }) => {
  await (await person("root")).asAccount();
  const ann = await (await person("ann")).asAccount();
  const bob = await (await person("bob")).asAccount();
  await listen(ann);
  await ann.ask("put", "me/born", { year: 1990 });
  await ann.ask("put", "match/lookout", { languages: ["en"], interests: ["tea"] });
  await ann.enter("plaza");
  await hide(ann);
  await search(bob);
  const text = /^Someone like the one you wanted to know of was looking for someone at \d/;
  await expect(ann.page.getByText(text)).toBeVisible();
  await expect(async () => expect(await noticed(ann)).toEqual([expect.stringMatching(text)])).toPass();
});

test("who was cut off while the other said yes is led to the room all the same", async ({ maru, person }) => {
  await (await person("root")).asAccount();
  const ann = await (await person("ann", { url: maru.line.url })).asAccount();
  const bob = await (await person("bob")).asAccount();
  await waits(bob);
  await search(ann);
  await expect(async () => {
    await sayYes(ann);
    const waiting = ann.page.getByText("You said yes. 1 of 2 have; waiting for the others.");
    await expect(waiting).toBeVisible({ timeout: 500 });
  }).toPass();
  await ann.isAlive();
  maru.line.cut();
  await meet(bob);
  maru.line.mend();
  await expect(ann.composer).toBeVisible();
  ann.forgive(NETWORK);
});

test("who is left while the room still loads is told so", async ({ person }) => {
  await (await person("root")).asAccount();
  const ann = await (await person("ann")).asAccount();
  const bob = await (await person("bob")).asAccount();
  await together(ann, bob);
  const room = roomOf(ann);
  await ann.open("/rooms/plaza");
  await ann.isAlive();
  // The last that is loaded comes only after bob has left, and ann was told so.
  await ann.page.route(`**/rooms/${room}/meeting`, async (route) => {
    const response = await route.fetch();
    await bob.ask("post", `rooms/${room}/meeting/leave`, {});
    await expect(async () => {
      expect((await ann.page.request.get(`${ann.url}/api/v1/rooms/${room}`)).status()).toBe(404);
    }).toPass();
    await expect(ann.page.locator(`a[href$="${room}"]`)).toHaveCount(0);
    await route.fulfill({ response });
  });
  await (await ann.sidebar()).locator(`a[href$="${room}"]`).click();
  await expect(ann.page.getByRole("heading", { name: /has left$/ })).toBeVisible();
  await expect(ann.composer).toHaveCount(0);
});

/** How a search ended, which the API tells once nobody looks any more. */
async function hasEnded(person: Person): Promise<void> {
  await expect(async () => {
    const view = await (await person.ask("get", "match")).json();
    expect(view.state).toMatchObject({ state: "idle", ended: "away" });
  }).toPass();
}

test("who closes the page while looking looks no more", async ({ person }) => {
  const ann = await (await person("ann")).asAccount();
  await waits(ann);
  await ann.page.close();
  await hasEnded(ann);
  const page = await ann.page.context().newPage();
  await page.goto(`${ann.url}/match`);
  await expect(page.getByText("You were away, so the search ended.")).toBeVisible();
});

test("who closes the page while somebody is here is waited for no longer", async ({ person }) => {
  await (await person("root")).asAccount();
  const ann = await (await person("ann")).asAccount();
  const bob = await (await person("bob")).asAccount();
  await waits(ann);
  await search(bob);
  await expect(card(ann, "Someone is here")).toBeVisible();
  await sayYes(bob);
  await ann.page.close();
  await expect(card(bob, "Looking for someone…")).toBeVisible();
  await hasEnded(ann);
});
