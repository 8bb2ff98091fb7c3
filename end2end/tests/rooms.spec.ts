// Rooms of one's own: made, found, entered, kept in order, and closed.

import { expect, test } from "../support/people.ts";

test("one makes a hidden room, and a friend comes by a link", async ({ person }) => {
  await (await person("root")).asAccount();
  const ann = await (await person("ann")).asAccount();
  const bob = await (await person("bob")).asAccount();
  const carol = await (await person("carol")).asAccount();
  await ann.open("/rooms");
  await ann.page.getByRole("main").getByRole("link", { name: "Make a room" }).click();
  await ann.page.getByLabel("Name").fill("a room for two and a half cats");
  await ann.page.getByLabel("Topic").fill("토요일 저녁 산책");
  await ann.page.getByRole("radio", { name: /^By invitation only/ }).check();
  await ann.page.getByRole("button", { name: "Make the room" }).click();
  await expect(ann.page.getByRole("heading", { name: "a room for two and a half cats" })).toBeVisible();
  await ann.isAlive();
  const path = new URL(ann.page.url()).pathname;

  await (await ann.roomMenu()).getByRole("link", { name: "Invite people" }).click();
  await ann.page.getByRole("button", { name: "Make an invitation" }).click();
  const link = await ann.page.getByLabel("The new link. It is shown only now.").inputValue();
  await ann.open(path);

  await bob.open("/rooms/plaza");
  await bob.page.goto(bob.url + new URL(link, bob.url).pathname);
  await expect(bob.page.getByText("You are invited into this room.")).toBeVisible();
  await bob.page.getByRole("button", { name: "Enter", exact: true }).click();
  await expect(bob.composer).toBeVisible();
  await expect(ann.log).toContainText("bob joined");
  await bob.isAlive();
  await expect((await bob.sidebar()).getByRole("link", { name: /a room for two/ })).toBeVisible();

  const answer = await carol.page.goto(carol.url + path);
  expect(answer?.status()).toBe(404);
  await carol.open("/rooms");
  await expect(carol.page.getByText("Nobody has made a room yet.")).toBeVisible();
  carol.forgive(/status of 404/);
});

test("a host puts somebody out, and they learn why", async ({ person }) => {
  await (await person("root")).asAccount();
  const ann = await (await person("ann")).asAccount();
  const bob = await (await person("bob")).asAccount();
  const room = await ann.make({ name: "film club" });
  await ann.open(`/rooms/${room}`);
  await bob.open("/rooms");
  await bob.page.getByRole("main").getByRole("link", { name: /film club/ }).click();
  await bob.page.getByRole("button", { name: "Enter", exact: true }).click();
  await expect(bob.composer).toBeVisible();
  await bob.isAlive();
  await expect(ann.log).toContainText("bob joined");

  const menu = await ann.menuOf("bob");
  await menu.getByLabel("Reason").fill("too loud");
  await menu.getByRole("button", { name: "Put out" }).click();
  await expect(bob.page.getByRole("heading", { name: "You were put out of film club" })).toBeVisible();
  await expect(bob.page.getByText("Reason: too loud")).toBeVisible();
  await expect(ann.log).toContainText("ann put bob out · too loud");
  await bob.page.getByRole("link", { name: "To its door" }).click();
  await bob.page.getByRole("button", { name: "Enter", exact: true }).click();
  await expect(bob.composer).toBeVisible();
});

test("who is muted reads on, and speaks again when let", async ({ person }) => {
  await (await person("root")).asAccount();
  const ann = await (await person("ann")).asAccount();
  const bob = await (await person("bob")).asAccount();
  const room = await ann.make({ name: "study hall" });
  await ann.open(`/rooms/${room}`);
  await bob.comeIn(room);
  let menu = await ann.menuOf("bob");
  await menu.getByLabel("Reason").fill("shh");
  await menu.getByRole("button", { name: "Mute" }).click();
  await expect(bob.page.getByText(/^You are muted until .* You can go on reading\.$/)).toBeVisible();
  await expect(bob.composer).toBeHidden();
  await ann.say("still here");
  await bob.sees("still here");
  menu = await ann.menuOf("bob");
  await menu.getByRole("button", { name: "Let speak again" }).click();
  await expect(bob.composer).toBeVisible();
});

test("in slow mode one sees how long it is until one may send", async ({ person }) => {
  await (await person("root")).asAccount();
  const ann = await (await person("ann")).asAccount();
  const bob = await (await person("bob")).asAccount();
  const room = await ann.make({ name: "slow room" });
  await ann.open(`/rooms/${room}`);
  await ann.settings();
  await ann.page.getByRole("combobox", { name: "Slow mode" }).selectOption({ label: "5 seconds" });
  const slow = ann.page.locator("section").filter({ has: ann.page.getByRole("heading", { name: "Slow mode" }) });
  await slow.getByRole("button", { name: "Save" }).click();
  await expect(ann.page.getByText("Done.")).toBeVisible();

  await bob.comeIn(room);
  await expect(bob.page.getByText("Slow mode: one message every 5 seconds").last()).toBeVisible();
  await bob.say("one");
  await expect(bob.page.getByText(/^Slow mode: \d s until you can send$/)).toBeVisible();
  await bob.composer.fill("two");
  await bob.composer.press("Enter");
  await expect(bob.composer).toHaveValue("two");
  await expect(bob.page.getByRole("button", { name: "Send", exact: true })).toBeEnabled();
  await bob.composer.press("Enter");
  await bob.sees("two");
  await bob.hasSentAll();
});

test("without JavaScript one finds a room with a password, and comes in by it", async ({ person }) => {
  await (await person("root")).asAccount();
  const ann = await (await person("ann")).asAccount();
  await ann.make({ name: "밤 산책", door: "password", password: "moonlight" });
  await ann.make({ name: "another" });
  const bob = await (await person("bob", { options: { javaScriptEnabled: false } })).asAccount();
  const { page } = bob;
  await page.goto(`${bob.url}/rooms`);
  await page.getByRole("searchbox").fill("산책");
  await page.getByRole("button", { name: "Search" }).click();
  await expect(page.getByText("1 room", { exact: true })).toBeVisible();
  await page.getByRole("main").getByRole("link", { name: /밤 산책/ }).click();
  await expect(page.getByText("Host: ann")).toBeVisible();
  await page.getByLabel("The room's password").fill("sunlight");
  await page.getByRole("button", { name: "Enter", exact: true }).click();
  await expect(page.getByRole("alert")).toHaveText("That is not the room's password.");
  await page.getByLabel("The room's password").fill("moonlight");
  await page.getByRole("button", { name: "Enter", exact: true }).click();
  await bob.composer.fill("here by moonlight");
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await bob.sees("here by moonlight");
  bob.forgive(/status of 4\d\d/);
});

test("without JavaScript a refused room keeps what was typed, and says why beside the field", async ({ person }) => {
  const ann = await (await person("ann", { options: { javaScriptEnabled: false } })).asAccount();
  const { page } = ann;
  await page.goto(`${ann.url}/rooms/new`);
  await page.getByLabel("Name").fill("book club");
  await page.getByRole("radio", { name: /^With a password/ }).check();
  await page.getByLabel("The room's password").fill("abc");
  await page.getByLabel("Most people").fill("8");
  await page.getByRole("button", { name: "Make the room" }).click();
  await expect(page.getByRole("alert")).toContainText("A password has 4 to 64 characters.");
  await expect(page.getByLabel("Name")).toHaveValue("book club");
  await expect(page.getByLabel("Most people")).toHaveValue("8");
  await expect(page.getByLabel("The room's password")).toHaveValue("");
  await page.getByLabel("The room's password").fill("abcd");
  await page.getByRole("button", { name: "Make the room" }).click();
  await expect(page.getByRole("heading", { name: "book club" })).toBeVisible();
  await expect(ann.composer).toBeVisible();
  ann.forgive(/status of 4\d\d/);
});

test("who waits for a place in a full room is let in", async ({ person }) => {
  await (await person("root")).asAccount();
  const ann = await (await person("ann")).asAccount();
  const bob = await (await person("bob")).asAccount();
  const carol = await (await person("carol")).asAccount();
  const room = await ann.make({ name: "bench for two", capacity: 2 });
  await ann.open(`/rooms/${room}`);
  await bob.comeIn(room);
  await carol.page.goto(`${carol.url}/rooms/${room}`);
  await carol.page.getByRole("button", { name: "Wait for a place" }).click();
  await expect(carol.page.getByText("You wait: place 1 in the queue")).toBeVisible();
  await carol.isAlive();
  await (await bob.roomMenu()).getByRole("button", { name: "Leave" }).click();
  await expect(bob.page.getByRole("heading", { name: "You are no longer in bench for two" })).toBeVisible();
  await expect(carol.composer).toBeVisible();
  await carol.say("finally");
  await ann.sees("finally");
});

test("when the host leaves, the next one has the room", async ({ person }) => {
  await (await person("root")).asAccount();
  const ann = await (await person("ann")).asAccount();
  const bob = await (await person("bob")).asAccount();
  const carol = await (await person("carol")).asAccount();
  const room = await ann.make({ name: "relay" });
  await ann.open(`/rooms/${room}`);
  for (const guest of [bob, carol]) await guest.comeIn(room);
  await (await ann.menuOf("carol")).getByRole("button", { name: "Make co-host" }).click();
  await expect(carol.log).toContainText("ann made carol a co-host");
  await (await ann.roomMenu()).getByRole("button", { name: "Leave" }).click();
  await expect(carol.log).toContainText("carol is the host now");
  await expect(bob.log).toContainText("carol is the host now");
  await carol.settings();
  await expect(carol.page.getByRole("heading", { name: "Close the room" })).toBeVisible();
});

test("a temporary room says when it is gone, and a closed one is gone for everybody", async ({ person }) => {
  await (await person("root")).asAccount();
  const ann = await (await person("ann")).asAccount();
  const bob = await (await person("bob")).asAccount();
  const room = await ann.make({ name: "pop-up", kind: "temporary", closes_at: Date.now() + 3_600_000 });
  await bob.page.goto(`${bob.url}/rooms/${room}`);
  await expect(bob.page.getByText(/^until .*\d\d:\d\d$/)).toBeVisible();
  await bob.page.getByRole("button", { name: "Enter", exact: true }).click();
  await bob.isAlive();
  await ann.open(`/rooms/${room}`);
  await ann.settings();
  const close = ann.page.locator("#close");
  await close.getByLabel("Reason").fill("that was it");
  await close.getByLabel("Yes, close this room for good").check();
  await close.getByRole("button", { name: "Close the room" }).click();
  await expect(ann.page.getByText("The room is closed.")).toBeVisible();
  await expect(bob.page.getByRole("heading", { name: "pop-up was closed" })).toBeVisible();
  await expect(bob.page.getByText("Reason: that was it")).toBeVisible();
});

test("a page left before its next frame breaks nothing", async ({ person }) => {
  const ann = await (await person("ann")).asGuest();
  // A slow machine: frames come when the page shown is another one already.
  await ann.page.addInitScript(() => {
    const held: FrameRequestCallback[] = [];
    window.requestAnimationFrame = (act) => held.push(act);
    const draw = () => held.splice(0).forEach((act) => act(performance.now()));
    Reflect.set(window, "draw", draw);
  });
  const draw = () => ann.page.evaluate(() => Reflect.get(window, "draw")());
  const leave = async (to: RegExp, heading: string) => {
    await ann.goTo(to);
    await expect(ann.page.getByRole("heading", { name: heading, level: 1 })).toBeVisible();
    await draw();
  };
  await ann.enter("plaza");
  await leave(/^music/, "# music");
  await leave(/^plaza/, "# plaza");
  await ann.say("the log moves to its newest line");
  await leave(/^Browse/, "Channels");
  await expect(ann.composer).toHaveCount(0);
});
