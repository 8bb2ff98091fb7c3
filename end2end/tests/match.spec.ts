// Looking for somebody to talk with: wishes, waiting, meeting, going on.

import { meet, search } from "../support/meeting.ts";
import { NETWORK, type Person, expect, test } from "../support/people.ts";

/** States the wishes by their page, as somebody who does so for the first time. */
async function look(person: Person, languages = ["한국어"], interests = "tea, film"): Promise<void> {
  const { page } = person;
  await page.goto(`${person.url}/match`);
  await expect(page).toHaveURL(/\/match\/wishes$/);
  for (const language of languages) await page.getByLabel(language, { exact: true }).check();
  await page.getByLabel("Something else you like").fill(interests);
  const born = page.getByLabel("Year you were born");
  if (await born.isVisible()) await born.fill("1990");
  await page.getByRole("button", { name: "Start looking" }).click();
}

test("two who look for somebody meet, talk, and one goes on to the next", async ({ person }) => {
  await (await person("root")).asAccount();
  const ann = await (await person("ann")).asAccount();
  const bob = await (await person("bob")).asAccount();
  await look(ann);
  await expect(ann.page.getByRole("heading", { name: "Looking for someone…" })).toBeVisible();
  await expect(ann.page.getByText("Who speaks 한국어, and likes film, tea.")).toBeVisible();
  await expect(ann.page.getByRole("timer")).toHaveText(/^0:0[1-9]$/);
  await look(bob);
  await Promise.all([meet(ann), meet(bob)]);
  await ann.say("안녕하세요");
  await bob.sees("안녕하세요");
  await bob.say("hello");
  await ann.sees("hello");
  await ann.page.getByRole("button", { name: "Next person" }).click();
  await expect(ann.page.getByRole("heading", { name: "Looking for someone…" })).toBeVisible();
  await expect(bob.page.getByRole("heading", { name: /has left$/ })).toBeVisible();
  await bob.page.getByRole("button", { name: "Look for the next one" }).click();
  await expect(bob.page.getByRole("heading", { name: "Looking for someone…" })).toBeVisible();
});

test("who stops looking is told so everywhere, and the wishes are kept", async ({ person }) => {
  const ann = await (await person("ann")).asAccount();
  await look(ann, ["English"], "chess");
  const other = await ann.page.context().newPage();
  await other.goto(`${ann.url}/rooms`);
  const drawer = other.getByRole("button", { name: "Open the list of channels" });
  if (await drawer.isVisible()) await drawer.click();
  await expect(other.getByRole("link", { name: /^Find someone/ })).toContainText(/0:\d\d/);
  await ann.page.getByRole("button", { name: "Stop looking" }).click();
  await expect(ann.page.getByText("You stopped looking.")).toBeVisible();
  await expect(other.getByRole("link", { name: /^Find someone/ })).not.toContainText(/0:\d\d/);
  await ann.page.getByRole("link", { name: "Find someone" }).last().click();
  await expect(ann.page.getByLabel("English", { exact: true })).toBeChecked();
  await expect(ann.page.getByLabel("chess", { exact: true })).toBeChecked();
  await expect(ann.page.getByLabel("Year you were born")).toHaveCount(0);
});

test("wishes that cannot be are refused with everything still there", async ({ person }) => {
  const ann = await (await person("ann")).asAccount();
  await look(ann, [], "tea");
  await expect(ann.page.getByText("Choose at least one language that you speak.")).toBeVisible();
  await expect(ann.page.getByLabel("tea", { exact: true })).toBeChecked();
  ann.forgive(/422/);
});

/** The heading of the card shown. */
function card({ page }: Person, name: string | RegExp) {
  return page.getByRole("main").getByRole("heading", { name });
}

/** Two who are asked whether they want to meet: long enough there not to be taken for present. */
async function asked(person: (name: string) => Promise<Person>): Promise<[Person, Person]> {
  await (await person("root")).asAccount();
  const ann = await (await person("ann")).asAccount();
  const bob = await (await person("bob")).asAccount();
  await search(ann);
  // Who did something just now would not be asked.
  await expect(ann.page.getByRole("timer")).toHaveText(/^0:1[1-9]$/, { timeout: 20_000 });
  await search(bob);
  await expect(card(ann, "Someone is here")).toBeVisible({ timeout: 10_000 });
  return [ann, bob];
}

const yes = ({ page }: Person) => page.getByRole("main").getByRole("button", { name: "Meet them" });
const no = ({ page }: Person) => page.getByRole("main").getByRole("button", { name: "Not now" });

test("one says no, and neither is led anywhere", async ({ person }) => {
  const [ann, bob] = await asked(person);
  await expect(ann.page).toHaveTitle(/^\(\d+\) Someone is here$/);
  await no(ann).click();
  await expect(card(bob, "Looking for someone…")).toBeVisible();
  await expect(ann.page).not.toHaveTitle(/Someone is here/);
  await expect(ann.composer).toHaveCount(0);
});

test("who does not answer is out, and is asked wherever they are; who waited goes on", async ({ person }) => {
  const [ann, bob] = await asked(person);
  await ann.open("/rooms/plaza");
  const line = ann.page.locator("form").filter({ hasText: "Someone is here for you." });
  await expect(line.getByRole("button", { name: "Meet them" })).toBeVisible();
  await expect(ann.page.locator(".room-list__link[href='/match']")).toHaveText(/found$/);
  await expect(ann.page).toHaveTitle(/^\(\d+\) Someone is here$/);
  await expect(line).toBeHidden({ timeout: 25_000 });
  await ann.page.goto(`${ann.url}/match`);
  await expect(ann.page.getByText("and you did not answer")).toBeVisible();
  await expect(card(bob, "Looking for someone…")).toBeVisible();
});

test("somebody who is found elsewhere says yes there, and is led to the room", async ({ person }) => {
  const [ann, bob] = await asked(person);
  await ann.open("/rooms/plaza");
  if (await yes(bob).isVisible()) await yes(bob).click();
  const line = ann.page.locator("form").filter({ hasText: "Someone is here for you." });
  await line.getByRole("button", { name: "Meet them" }).click();
  await Promise.all([meet(ann), meet(bob)]);
});

test("one stops, or goes away, while somebody was found", async ({ person }) => {
  const [ann, bob] = await asked(person);
  await ann.page.goto(`${ann.url}/match/wishes`);
  await ann.ask("delete", "match");
  await expect(card(bob, "Looking for someone…")).toBeVisible();
  await bob.page.context().setOffline(true);
  await expect(bob.page.getByRole("main")).toHaveAttribute("data-connected", "false", { timeout: 40_000 });
  await bob.page.context().setOffline(false);
  await bob.isConnected();
  await expect(card(bob, "Looking for someone…")).toBeVisible();
  await expect(bob.page.getByRole("timer")).toHaveText(/^0:\d\d$/);
  bob.forgive(NETWORK);
});

test("a wish is waited for longer, or done without", async ({ person }) => {
  const ann = await (await person("ann")).asAccount();
  const bob = await (await person("bob")).asAccount();
  await search(ann, { interests: ["film"], pack: "first-light" });
  const wishes = ann.page.locator("details");
  await wishes.locator("summary").click();
  await wishes.getByRole("listitem").filter({ hasText: "questions" }).getByRole("button", { name: /^Do without/ }).click();
  await ann.page.locator("details > summary").click();
  await expect(wishes.getByRole("listitem")).toHaveCount(1);
  await expect(wishes.getByText("interests")).toBeVisible();
  // Nobody else has that in common, and the other has no language of ann's.
  await search(bob, { languages: ["ko"] });
  await expect(ann.page.locator("summary")).toHaveText(/^By now others will do, too: interests$/, { timeout: 40_000 });
  await wishes.getByRole("button", { name: "Keep waiting for this" }).click();
  await ann.page.locator("details > summary").click();
  await expect(wishes.getByText("you keep waiting for this")).toBeVisible();
});
