// Order on the whole server: reports and what follows, and bans.

import { expect, test } from "../support/people.ts";

test("a report from a room is decided by a moderator, and both are told", async ({ person }) => {
  const owner = await (await person("Olga")).asAccount();
  const mo = await (await person("Mo")).asAccount();
  const bob = await (await person("Bob")).asAccount();
  const eve = await (await person("Eve")).asAccount();
  await owner.ask("put", `people/${await mo.id()}/role`, { role: "moderator" });
  await eve.enter("plaza");
  await bob.enter("plaza");
  await eve.say("buy my things");
  await bob.sees("buy my things");

  await bob.page.getByRole("button", { name: "Menu of Eve's message" }).click();
  await bob.log.getByRole("link", { name: "Report" }).click();
  await expect(bob.page.getByText("The report is about one message", { exact: false })).toBeVisible();
  const form = bob.page.locator("#report");
  await form.getByRole("radio", { name: "Spam" }).check();
  await form.getByRole("button", { name: "Send the report" }).click();
  await expect(bob.page.getByText("Those who keep order here will look at it and tell you.")).toBeVisible();

  await mo.open("/admin/reports");
  await expect(mo.page.getByRole("heading", { name: "Bob reports Eve" })).toBeVisible();
  await expect(mo.page.getByText("buy my things")).toBeVisible();
  await mo.page.getByRole("radio", { name: "Warn" }).check();
  await mo.page.getByRole("textbox", { name: "Note to the reported person" }).fill("no selling here");
  await mo.page.getByRole("button", { name: "Decide" }).click();
  await expect(mo.page.getByText("Decided; both were told.")).toBeVisible();

  await expect(eve.page.getByText("You have a notice.")).toBeVisible();
  await eve.page.getByRole("link", { name: "Read" }).click();
  await expect(eve.page.getByText("You were warned.")).toBeVisible();
  await expect(eve.page.getByText("no selling here")).toBeVisible();
  await eve.page.getByRole("button", { name: "I have read it" }).click();
  await expect(eve.page.getByText("You have a notice.")).toHaveCount(0);
  await bob.open("/notices");
  await expect(bob.page.getByText("something was done about it")).toBeVisible();
});

test("a ban ends the socket at once, and the way back in", async ({ person }) => {
  const owner = await (await person("Olga")).asAccount();
  const eve = await (await person("Eve")).asAccount();
  await eve.enter("plaza");
  await owner.open("/admin/people?q=eve");
  await owner.page.getByText("Act", { exact: true }).last().click();
  await owner.page.getByRole("button", { name: "Ban" }).click();
  await expect(owner.page.getByText(/banned until/)).toBeVisible();
  await expect(eve.page.getByText("You were signed out.")).toBeVisible();
  await eve.page.goto(`${eve.url}/sign-in`);
  await eve.page.getByRole("textbox", { name: "Name" }).fill("Eve");
  await eve.page.getByLabel("Password").fill("a long password");
  await eve.page.getByRole("button", { name: "Sign in" }).click();
  await expect(eve.page.getByText(/^This account may not come in until .+/)).toBeVisible();
  eve.forgive(/status of 40[13]/, /WebSocket/);
});
