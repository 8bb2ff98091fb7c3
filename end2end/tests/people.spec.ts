// Profiles, and what one may do about somebody.

import { expect, test } from "../support/people.ts";

test("a name in the log leads to the person's page, with the rooms that both are in", async ({ person }) => {
  const ann = await (await person("ann")).asAccount();
  const bob = await (await person("bob")).asAccount();
  await ann.enter("plaza");
  await bob.enter("plaza");
  await bob.enter("music");
  await bob.open("/rooms/plaza");
  await bob.say("hello");
  await ann.sees("hello");
  await ann.log.getByRole("link", { name: "bob" }).click();
  const { page } = ann;
  await expect(page.getByRole("heading", { name: "bob", level: 1 })).toBeVisible();
  await expect(page.getByRole("main").getByText("here", { exact: true })).toBeVisible();
  const rooms = page.getByRole("main").getByRole("listitem");
  await expect(rooms.filter({ hasText: "plaza" })).toBeVisible();
  await expect(rooms.filter({ hasText: "music" })).toHaveCount(0);
  await expect(page.getByRole("button", { name: "Write to them" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Block" })).toBeVisible();
});

test("a guest is told that writing first needs an account; one's own page leads to the settings", async ({ person }) => {
  const ann = await (await person("ann")).asAccount();
  const bob = await (await person("bob")).asGuest();
  await bob.open(`/people/${await ann.id()}`);
  await expect(bob.page.getByText("Guests cannot write to somebody first.")).toBeVisible();
  await expect(bob.page.getByRole("button", { name: "Write to them" })).toHaveCount(0);
  await ann.open(`/people/${await ann.id()}`);
  await ann.page.getByRole("link", { name: "Edit the profile" }).click();
  await expect(ann.page.getByRole("heading", { name: "Settings", level: 1 })).toBeVisible();
});

test("nobody is found at an address that is nobody's", async ({ person }) => {
  const ann = await (await person("ann")).asAccount();
  for (const id of ["00000000-0000-0000-0000-000000000000", "ann", "%00"]) {
    const answer = await ann.page.goto(`${ann.url}/people/${id}`);
    expect(answer?.status()).toBe(404);
  }
  ann.forgive(/status of 404/);
});
