// Three nodes behind a line that balances, with a Redis that can be killed.

import { type Locator } from "@playwright/test";
import { Maru } from "../support/maru.ts";
import { NETWORK, type Person, expect, test as base } from "../support/people.ts";
import { Redis } from "../support/redis.ts";

const test = base.extend<{ redis: Redis }>({
  redis: async ({}, use) => {
    const redis = await Redis.start();
    await use(redis);
    await redis.stop();
  },
  maru: async ({ redis }, use) => {
    const maru = await Maru.start({ nodes: 3, redis: redis.url });
    await use(maru);
    await maru.stop();
  },
});

test.skip(!process.env.TEST_POSTGRES_URL, "several nodes need scripts/services.sh");

/** A mark that a reload would remove. */
const mark = ({ page }: Person) => page.evaluate(() => void Reflect.set(globalThis, "marked", true));
const isMarked = async ({ page }: Person) =>
  expect(await page.evaluate(() => Reflect.get(globalThis, "marked")), "never reloaded").toBe(true);

/** The people of the room in view who are in that group. */
const group = ({ page }: Person, presence: string): Locator =>
  page.locator(`.people-list__group[data-presence=${presence}]`).getByRole("listitem");

test("three people on three nodes talk, and see who is here", async ({ person }) => {
  const people = [];
  for (const name of ["ann", "bob", "cho"]) {
    const one = await (await person(name)).asGuest();
    await one.enter("plaza");
    people.push(one);
  }
  expect(new Set(people.map((it) => it.url)).size).toBe(3);
  const [ann, bob] = people as [Person, Person, Person];
  await bob.composer.pressSequentially("hm");
  await expect(ann.page.getByText("bob is typing…")).toBeVisible();
  for (const one of people) await one.say(`${one.name} is here`);
  for (const one of people) for (const other of people) await one.sees(`${other.name} is here`);
  await expect(group(ann, "here")).toHaveCount(3);
  expect(await ann.shown(/\w+ is here/)).toEqual(await bob.shown(/\w+ is here/));

  await bob.page.context().close();
  await expect(group(ann, "offline")).toHaveText(/bob/);
});

test("every node is restarted in turn under people who talk", async ({ maru, person }) => {
  test.setTimeout(180_000);
  const url = maru.line.url;
  const ann = await (await person("ann", { url })).asGuest();
  const bob = await (await person("bob", { url })).asGuest();
  await ann.enter("plaza");
  await bob.enter("plaza");
  await mark(ann);
  await mark(bob);
  let said = 0;
  for (const node of maru.nodes) {
    await ann.say(`line-${said++}`);
    const stopping = node.stop();
    await ann.say(`line-${said++}`);
    await stopping;
    await bob.say(`line-${said++}`);
    await node.start();
  }
  await ann.isConnected();
  await bob.isConnected();
  await expect.poll(async () => (await bob.shown(/line-\d+/)).length, { timeout: 30_000 }).toBe(said);
  await expect.poll(() => ann.shown(/line-\d+/), { timeout: 30_000 }).toEqual(await bob.shown(/line-\d+/));
  await isMarked(ann);
  await isMarked(bob);
  ann.forgive(NETWORK);
  bob.forgive(NETWORK);
});

test("a node is drained, its people move, and it is taken back", async ({ maru, person }) => {
  test.setTimeout(120_000);
  const ann = await (await person("ann", { url: maru.line.url })).asAccount();
  await ann.enter("plaza");
  await mark(ann);
  const headers = { Origin: maru.url };
  type Shown = { id: string; sessions: number; draining: boolean };
  const nodes = async (): Promise<Shown[]> =>
    (await (await ann.page.request.get(`${maru.url}/api/v1/nodes`)).json()).nodes;
  await expect.poll(async () => (await nodes()).length).toBe(3);
  const busy = async () => (await nodes()).find((it) => it.sessions > 0);
  await expect.poll(busy, { timeout: 15_000 }).toBeTruthy();
  const { id } = (await busy())!;
  const drain = `${maru.url}/api/v1/nodes/${id}/drain`;

  expect((await ann.page.request.post(drain, { headers })).status()).toBe(204);
  const state = async () => (await nodes()).find((it) => it.id === id);
  await expect.poll(state, { timeout: 30_000 }).toMatchObject({ sessions: 0, draining: true });
  await ann.isConnected();
  await ann.say("from elsewhere");
  await ann.hasSentAll();
  await isMarked(ann);

  expect((await ann.page.request.delete(drain, { headers })).status()).toBe(204);
  await expect.poll(state, { timeout: 15_000 }).toMatchObject({ draining: false });
  ann.forgive(NETWORK);
});

test("without Redis everything is delivered, and presence is unknown until it is back", async ({ person, redis }) => {
  test.setTimeout(120_000);
  const ann = await (await person("ann")).asGuest();
  const bob = await (await person("bob")).asGuest();
  await ann.enter("plaza");
  await bob.enter("plaza");
  await expect(group(ann, "here")).toHaveCount(2);

  await redis.kill();
  await bob.say("can you hear me");
  await bob.hasSentAll();
  await ann.sees("can you hear me");
  await expect(group(ann, "unknown")).toHaveText(/bob/);
  await expect(group(ann, "here")).toHaveText(/ann/);
  await ann.page.screenshot({ path: "../target/screenshots/presence-unknown.png" });

  await redis.start();
  await expect(group(ann, "here")).toHaveCount(2);
  await expect(group(ann, "unknown")).toHaveCount(0);
});
