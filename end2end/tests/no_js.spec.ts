import { expect, test } from "../support/people.ts";

const options = { javaScriptEnabled: false };

test("without JavaScript one comes in, enters, reads, writes, leaves and signs out", async ({ person }) => {
  const bob = await (await person("bob")).asGuest();
  await bob.enter("plaza");
  await bob.say("written with a script");
  await bob.hasSentAll();

  const ann = await person("ann", { options });
  const { page } = ann;
  await page.goto(`${ann.url}/sign-up`);
  await page.getByLabel("Name").fill("ann");
  await page.getByLabel("Password").fill("a long password");
  await page.getByRole("button", { name: "Make the account" }).click();
  await expect(page.getByRole("heading", { name: "Channels", level: 1 })).toBeVisible();
  await page.getByRole("main").getByRole("link", { name: /plaza/ }).click();
  await ann.sees("written with a script");
  await page.getByRole("button", { name: "Enter", exact: true }).click();
  await ann.composer.fill("written <i>without</i> a script");
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await ann.sees("written <i>without</i> a script");
  await expect(ann.composer).toHaveValue("");
  await bob.sees("written <i>without</i> a script");

  await page.getByRole("button", { name: "Leave" }).click();
  await expect(page.getByText("You left the room.")).toBeVisible();
  await page.goto(`${ann.url}/settings`);
  await page.getByRole("button", { name: "Sign out", exact: true }).click();
  await expect(page.getByRole("heading", { name: "Come in" })).toBeVisible();
});

test("without JavaScript a refusal says why, and keeps what was typed", async ({ person }) => {
  const bob = await (await person("bob")).asAccount();
  await bob.open("/rooms");
  const ann = await person("ann", { options });
  const { page } = ann;
  await page.goto(`${ann.url}/sign-up`);
  await page.getByLabel("Name").fill("bob");
  await page.getByLabel("Password").fill("another password");
  await page.getByRole("button", { name: "Make the account" }).click();
  await expect(page.getByRole("alert")).toHaveText("That name is taken, or looks like one that is.");
  await expect(page.getByLabel("Name")).toHaveValue("bob");
  await expect(page.getByLabel("Password")).toHaveValue("");
  await page.goto(`${ann.url}/sign-in?next=/rooms/music`);
  await page.getByLabel("Name").fill("bob");
  await page.getByLabel("Password").fill("a wrong password");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("alert")).toHaveText("The name or the password is wrong.");
  await page.getByLabel("Password").fill("a long password");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).toHaveURL(`${ann.url}/rooms/music`);
  ann.forgive(/status of 4\d\d/);
});

test("without JavaScript a text that is too long comes back", async ({ person }) => {
  const ann = await (await person("ann", { options })).asGuest();
  const { page } = ann;
  await page.goto(`${ann.url}/rooms/plaza`);
  await page.getByRole("button", { name: "Enter", exact: true }).click();
  const text = "가".repeat(4_001);
  await ann.composer.fill(text);
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await expect(page.getByText("It is too long: at most 4,000 characters.")).toBeVisible();
  await expect(ann.composer).toHaveValue(text);
  ann.forgive(/status of 4\d\d/);
});
