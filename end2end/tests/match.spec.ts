// Looking for somebody to talk with: wishes, waiting, meeting, going on.

import { type Person, expect, test } from "../support/people.ts";

/** States the wishes by their page, as somebody who does so for the first time. */
async function look(person: Person, languages = ["한국어"], interests = "tea, film"): Promise<void> {
  const { page } = person;
  await page.goto(`${person.url}/match`);
  await expect(page).toHaveURL(/\/match\/wishes$/);
  for (const language of languages) await page.getByLabel(language, { exact: true }).check();
  await page.getByLabel("What you like").fill(interests);
  const born = page.getByLabel("Year you were born");
  if (await born.isVisible()) await born.fill("1990");
  await page.getByRole("button", { name: "Start looking" }).click();
}

/** Meets whoever is found, at once or by saying yes. */
async function meet(person: Person): Promise<void> {
  const yes = person.page.getByRole("button", { name: "Meet them" });
  await expect(person.composer.or(yes)).toBeVisible({ timeout: 20_000 });
  if (await yes.isVisible()) await yes.click();
  await expect(person.composer).toBeVisible({ timeout: 20_000 });
  await person.isAlive();
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
  await expect(bob.page.getByRole("heading", { name: /was closed$/ })).toBeVisible();
});

test("who stops looking is told so everywhere, and the wishes are kept", async ({ person }) => {
  const ann = await (await person("ann")).asAccount();
  await look(ann, ["English"], "chess");
  const other = await ann.page.context().newPage();
  await other.goto(`${ann.url}/rooms`);
  await expect(other.getByRole("link", { name: /^Find someone/ })).toContainText(/0:\d\d/);
  await ann.page.getByRole("button", { name: "Stop looking" }).click();
  await expect(ann.page.getByText("You stopped looking.")).toBeVisible();
  await expect(other.getByRole("link", { name: /^Find someone/ })).not.toContainText(/0:\d\d/);
  await ann.page.getByRole("link", { name: "Find someone" }).last().click();
  await expect(ann.page.getByLabel("English", { exact: true })).toBeChecked();
  await expect(ann.page.getByLabel("What you like")).toHaveValue("chess");
  await expect(ann.page.getByLabel("Year you were born")).toHaveCount(0);
});

test("wishes that cannot be are refused with everything still there", async ({ person }) => {
  const ann = await (await person("ann")).asAccount();
  await look(ann, [], "tea");
  await expect(ann.page.getByText("Choose at least one language that you speak.")).toBeVisible();
  await expect(ann.page.getByLabel("What you like")).toHaveValue("tea");
  ann.forgive(/422/);
});
