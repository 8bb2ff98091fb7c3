import { expect, test } from "../support/people.ts";

test("one signs up, one comes as a guest, and they talk", async ({ person }) => {
  const ann = await person("ann");
  await ann.page.goto(ann.url);
  await ann.page.getByRole("link", { name: "Make an account" }).click();
  await ann.page.getByLabel("Name").fill("ann");
  await ann.page.getByLabel("Password").fill("a long password");
  await ann.page.getByRole("button", { name: "Make the account" }).click();
  await expect(ann.page.getByRole("heading", { name: "Channels", level: 1 })).toBeVisible();
  await ann.isAlive();
  await ann.page.getByRole("main").getByRole("link", { name: /plaza/ }).click();
  await ann.page.getByRole("button", { name: "Enter", exact: true }).click();
  await expect(ann.composer).toBeVisible();

  const bob = await person("bob");
  await bob.page.goto(bob.url);
  await bob.page.getByRole("link", { name: "Look around as a guest" }).click();
  await bob.page.getByLabel("Name").fill("bob");
  await bob.page.getByRole("button", { name: "Come in" }).click();
  await expect(bob.page.getByRole("main").getByRole("link", { name: /plaza.*1 of at most 500/ })).toBeVisible();
  await bob.enter("plaza");

  await ann.say("hello bob");
  await bob.sees("hello bob");
  await bob.say("hello ann\nhow are you?");
  await ann.sees(/hello ann/);
  await expect(ann.log).toContainText("bob joined");
  await expect((await bob.sidebar()).getByRole("link", { name: /plaza.*2 of at most 500/ })).toBeVisible();
});

test("what was said is in the first HTML", async ({ person }) => {
  const ann = await (await person("ann")).asGuest();
  await ann.enter("music");
  await ann.say("a song <b>for</b> everyone");
  await ann.hasSentAll();
  const html = await (await ann.page.request.get(`${ann.url}/rooms/music`)).text();
  expect(html).toContain("a song &lt;b&gt;for&lt;/b&gt; everyone");
});

test("one sees who is here, who types and who leaves", async ({ person }) => {
  const ann = await (await person("ann")).asAccount();
  const bob = await (await person("bob")).asGuest();
  await ann.enter("film");
  await bob.enter("film");
  await bob.composer.pressSequentially("hel");
  await expect(ann.page.getByText("bob is typing…")).toBeVisible();
  await bob.composer.press("Enter");
  await ann.sees("hel");
  await expect(ann.page.getByText("bob is typing…")).toBeHidden();

  const list = await ann.people();
  await expect(list.getByRole("heading", { name: "Here now — 2" })).toBeVisible();
  await expect(list.getByRole("listitem").filter({ hasText: "bob" })).toContainText("guest");
  await bob.page.getByRole("button", { name: "Leave" }).click();
  await expect(bob.page.getByRole("button", { name: "Enter", exact: true })).toBeVisible();
  await expect(list.getByRole("heading", { name: "Here now — 1" })).toBeVisible();
  await ann.page.keyboard.press("Escape");
  await ann.sees(/bob (joined )?.*left/);
});

test("one who closes the page is shown as offline, and comes back", async ({ person }) => {
  const ann = await (await person("ann")).asAccount();
  const bob = await (await person("bob")).asGuest();
  await ann.enter("plaza");
  await bob.enter("plaza");
  const list = await ann.people();
  await expect(list.getByRole("heading", { name: "Here now — 2" })).toBeVisible();
  await bob.page.goto("about:blank");
  await expect(list.getByRole("heading", { name: "Offline — 1" })).toBeVisible();
  await bob.open("/rooms/plaza");
  await expect(list.getByRole("heading", { name: "Here now — 2" })).toBeVisible();
});

test("a login that is ended from elsewhere is out at once", async ({ person }) => {
  const here = await (await person("ann")).asAccount();
  const there = await person("ann");
  await there.page.goto(there.url);
  await there.page.getByLabel("Name").fill("ann");
  await there.page.getByLabel("Password").fill("a long password");
  await there.page.getByRole("button", { name: "Sign in" }).click();
  await expect(there.page.getByRole("heading", { name: "Channels", level: 1 })).toBeVisible();
  await there.enter("plaza");
  await here.open("/settings");
  await here.page.getByRole("button", { name: "Sign out everywhere else" }).click();
  await expect(here.page.getByText("Signed out there.")).toBeVisible();
  await expect(there.page.getByText("You were signed out.")).toBeVisible({ timeout: 2_000 });
});

test("an admin tells something to all channels", async ({ person }) => {
  const ann = await (await person("ann")).asAccount();
  const bob = await (await person("bob")).asGuest();
  await bob.enter("late-night");
  await ann.open("/admin/announce");
  await ann.page.getByRole("textbox", { name: "What" }).fill("We restart at noon.");
  await ann.page.getByRole("button", { name: "Announce" }).click();
  await expect(ann.page.getByText("Announced.")).toBeVisible();
  await bob.sees("We restart at noon.");
});
