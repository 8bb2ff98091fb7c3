// People who look for somebody, and meet.

import { type Person, expect } from "./people.ts";

/** Wishes as the API takes them. */
export interface Wishes {
  languages?: string[];
  interests?: string[];
  pack?: string;
  people?: number;
}

/** Looks for somebody by the API, from the page of the search. */
export async function search(person: Person, wishes: Wishes = {}): Promise<void> {
  await person.ask("put", "me/born", { year: 1990 }).catch(() => undefined);
  await person.ask("put", "match", { languages: ["en"], interests: ["film", "tea"], ...wishes });
  await person.page.goto(`${person.url}/match`);
}

/** Says yes where somebody was found, and nothing has been said yet. */
export async function sayYes({ page }: Person): Promise<void> {
  const yes = page.getByRole("main").getByRole("button", { name: "Meet them" });
  // It may be over, or answered, in the same moment.
  if (await yes.isVisible()) await yes.click({ timeout: 2_000 }).catch(() => undefined);
}

/** Meets whoever is found, at once or by saying yes; others may have to do something for it. */
export async function meet(person: Person, others = async (): Promise<unknown> => undefined): Promise<void> {
  await expect(async () => {
    await sayYes(person);
    await others();
    await expect(person.composer).toBeVisible({ timeout: 500 });
  }).toPass({ timeout: 25_000 });
  await person.isAlive();
}

/** Two who look for somebody, and find each other; both are in their room then. */
export async function together(ann: Person, bob: Person, wishes: Wishes = {}): Promise<void> {
  await search(ann, wishes);
  await search(bob, wishes);
  await Promise.all([meet(ann), meet(bob)]);
}

/** Chooses something of the menu of the match or pair room shown. */
export async function choose(person: Person, way: string): Promise<void> {
  const menu = await person.roomMenu();
  const button = menu.getByRole("button", { name: way, exact: true });
  await button.or(menu.getByRole("link", { name: way, exact: true })).click();
}

/** The id of the room shown. */
export function roomOf(person: Person): string {
  return new URL(person.page.url()).pathname.split("/").pop() ?? "";
}

/** Sends a report that is too long, and finds it again, ready to be sent with less. */
export async function refusedReport(person: Person): Promise<void> {
  const { page } = person;
  const why = page.getByLabel("Spam or advertising");
  const what = page.getByLabel("What happened? (optional)");
  const long = "watches ".repeat(140).trim();
  await why.check();
  // As a browser that takes as much as one likes.
  await what.evaluate((field) => field.removeAttribute("maxlength"));
  await what.fill(long);
  await page.getByRole("button", { name: "Leave and report" }).click();
  await expect(page.getByRole("alert")).toHaveText("It is too long: at most 1,000 characters.");
  await expect(why).toBeChecked();
  await expect(what).toHaveValue(long);
  await what.fill("watches");
  person.forgive(/status of 422/);
}
