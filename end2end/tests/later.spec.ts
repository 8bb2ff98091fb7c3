// What is planned: messages that are sent later, and reminders.

import { type Person, expect, test } from "../support/people.ts";

/** The address of a room's REST, by its name. */
async function rest({ page, url }: Person, name: string): Promise<string> {
  const room = await (await page.request.get(`${url}/api/v1/rooms/${name}`)).json();
  return `${url}/api/v1/rooms/${room.id}`;
}

test("a message is planned in the composer, changed, and sent when it is due", async ({ person }) => {
  const ann = await (await person("ann")).asAccount();
  const bob = await (await person("bob")).asGuest();
  const { page } = ann;
  await ann.enter("plaza");
  await bob.enter("plaza");
  await ann.composer.fill("good morning");
  await page.getByRole("button", { name: "Send later" }).click();
  await page.getByRole("button", { name: "tomorrow at 9:00" }).click();
  await expect(page.getByText(/^It will be sent: .* 09:00\.$/)).toBeVisible();
  await expect(ann.composer).toHaveValue("");
  await ann.composer.fill("given up");
  await page.getByRole("button", { name: "Send later" }).click();
  await page.getByRole("button", { name: "in 3 hours" }).click();
  await expect(ann.composer).toHaveValue("");

  await page.getByRole("button", { name: "Send later" }).click();
  await page.getByRole("link", { name: "What is planned" }).click();
  const card = page.getByRole("listitem").filter({ hasText: "good morning" });
  await expect(card).toContainText("09:00 in plaza");
  await card.getByText("Edit", { exact: true }).click();
  await card.getByLabel("Message").fill("good evening");
  await card.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("listitem").filter({ hasText: "good evening" })).toContainText("09:00");
  const other = page.getByRole("listitem").filter({ hasText: "given up" });
  await other.getByRole("button", { name: "Cancel it" }).click();
  await expect(other).toHaveCount(0);

  const data = { cid: crypto.randomUUID(), text: "sent by itself", at: Date.now() + 1_500 };
  const headers = { Origin: ann.url };
  const planned = await page.request.post(`${await rest(ann, "plaza")}/later`, { data, headers });
  expect(planned.status(), await planned.text()).toBe(201);
  await bob.sees("sent by itself");
});

test("a reminder is chosen at a message, comes, and leads back to it", async ({ person }) => {
  const ann = await (await person("ann")).asAccount();
  const { page } = ann;
  await ann.enter("plaza");
  await ann.say("what was to be remembered");
  await ann.hasSentAll();
  // By keyboard: into the log, to the newest message's menu, and a choice.
  await ann.log.focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("button", { name: "Menu of ann's message" })).toBeFocused();
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "in 20 minutes" }).click();
  await expect(page.getByText(/^You will be reminded: /)).toBeVisible();

  const path = await rest(ann, "plaza");
  const { entries } = await (await page.request.get(`${path}/entries`)).json();
  const { seq } = entries.find((it: { kind: string }) => it.kind === "message");
  await ann.open("/rooms/music");
  const data = { at: Date.now() + 1_500 };
  const headers = { Origin: ann.url };
  const planned = await page.request.post(`${path}/entries/${seq}/reminders`, { data, headers });
  expect(planned.status(), await planned.text()).toBe(201);
  const notice = page.getByText("You wanted to be reminded, in plaza:");
  await expect(notice).toBeVisible();
  await expect(page.getByText("what was to be remembered")).toBeVisible();
  await page.getByRole("link", { name: "Go there" }).click();
  await ann.sees("what was to be remembered");
  await expect(page).toHaveURL(new RegExp(`at=${seq}$`));
  await page.getByRole("button", { name: "Understood" }).click();
  await expect(notice).toBeHidden();
  // It is known everywhere, and the other one is still to come.
  await ann.open("/rooms/plaza");
  await expect(notice).toBeHidden();
  await page.goto(`${ann.url}/later`);
  await expect(page.getByRole("listitem").filter({ hasText: "what was to be remembered" })).toHaveCount(1);
});

test("a reminder that came while nobody was there is told by the next page", async ({ person }) => {
  const ann = await (await person("ann")).asAccount();
  const { page } = ann;
  await ann.enter("film");
  await ann.say("the film at eight");
  await ann.hasSentAll();
  const path = await rest(ann, "film");
  const { head } = await (await page.request.get(`${path}/entries`)).json();
  await page.goto(`${ann.url}/later`);
  const data = { at: Date.now() + 1_000 };
  const headers = { Origin: ann.url };
  await page.request.post(`${path}/entries/${head}/reminders`, { data, headers });
  await expect(async () => {
    await page.reload();
    await expect(page.getByText(/^came on /)).toBeVisible({ timeout: 200 });
  }).toPass();
  await ann.open("/rooms/music");
  await expect(page.getByText("You wanted to be reminded, in film:")).toBeVisible();
});

test("without JavaScript a message is planned and cancelled by forms", async ({ person }) => {
  const ann = await (await person("ann", { options: { javaScriptEnabled: false } })).asAccount();
  const { page } = ann;
  await page.goto(`${ann.url}/rooms/plaza`);
  await page.getByRole("button", { name: "Enter", exact: true }).click();
  await ann.composer.fill("by a form");
  await page.getByRole("button", { name: "Send later" }).click();
  await page.getByRole("button", { name: "in 20 minutes" }).click();
  await expect(page.getByRole("main")).toContainText("It will be sent then.");
  await page.goto(`${ann.url}/later`);
  const card = page.getByRole("listitem").filter({ hasText: "by a form" });
  await card.getByRole("button", { name: "Cancel it" }).click();
  await expect(card).toHaveCount(0);
});
