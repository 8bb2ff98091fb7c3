import { AxeBuilder } from "@axe-core/playwright";
import { choose, meet, roomOf, search, together } from "../support/meeting.ts";
import { type Person, expect, test } from "../support/people.ts";

// Who did something a second ago is asked all the same.
test.use({ settings: { MARU_MATCH_ACTIVE_SECS: "1" } });

/** No serious fault on the page as it stands. */
async function check({ page }: Person, what: string) {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const serious = violations
    .filter((it) => it.impact === "serious" || it.impact === "critical")
    .map((it) => `${it.id}: ${it.nodes.map((node) => `${node.html} ${node.failureSummary}`).join("\n")}`);
  expect(serious, what).toEqual([]);
}

for (const colorScheme of ["light", "dark"] as const) {
  test(`no page has a serious fault, ${colorScheme}`, async ({ person }) => {
    const options = { colorScheme };
    const nobody = await person("nobody", { options });
    for (const path of ["/", "/sign-up", "/guest", "/forgot", "/nothing-here"]) {
      await nobody.page.goto(nobody.url + path);
      await check(nobody, path);
    }
    nobody.forgive(/status of 404/);

    const ann = await (await person("ann", { options })).asAccount();
    const bob = await (await person("bob", { options })).asGuest();
    await bob.open("/rooms/plaza");
    await check(bob, "reading along");
    await ann.enter("plaza");
    await bob.enter("plaza");
    await ann.say("hello https://maru.example");
    await bob.sees("hello");
    await ann.say("again");
    await bob.say("안녕하세요");
    await ann.hasSentAll();
    await bob.composer.pressSequentially("typing");
    await check(ann, "a room");
    for (const path of ["/rooms", "/settings"]) {
      await ann.open(path);
      await check(ann, path);
    }
    await bob.open("/settings");
    await check(bob, "a guest's settings");
  });
}

test("the pages of a room of one's own have no serious fault", async ({ person }) => {
  const ann = await (await person("ann")).asAccount();
  const bob = await (await person("bob")).asAccount();
  const headers = { Origin: ann.url };
  const data = { name: "film club", kind: "private", door: "password", password: "moonlight", capacity: 12 };
  const made = await ann.page.request.post(`${ann.url}/api/v1/rooms`, { headers, data });
  const room = `/rooms/${(await made.json()).id}`;
  await bob.open(room);
  await check(bob, "a room's door");
  for (const path of ["/rooms/new", "/rooms?q=film", room]) {
    await ann.page.goto(ann.url + path);
    await check(ann, path);
  }
  await ann.page.goto(`${ann.url}${room}/settings`);
  await check(ann, "a room's settings");
});

test("the dialogs and sheets have no serious fault", async ({ person }, { project }) => {
  const ann = await (await person("ann")).asAccount();
  await ann.enter("plaza");
  if (project.name === "phone") {
    await ann.page.getByRole("button", { name: "Open the list of channels" }).click();
    await check(ann, "the drawer");
    await ann.page.keyboard.press("Escape");
    await ann.page.getByRole("button", { name: "1 person" }).click();
    await check(ann, "the people");
    return;
  }
  await ann.page.keyboard.press("Control+k");
  await expect(ann.page.getByRole("dialog", { name: "Jump to a channel" })).toBeVisible();
  await check(ann, "the jump dialog");
  await ann.page.keyboard.press("Escape");
  await ann.page.keyboard.press("Control+/");
  await expect(ann.page.getByRole("dialog", { name: "Keys" })).toBeVisible();
  await check(ann, "the keys");
});

test("all can be done by keyboard", async ({ person }, { project }) => {
  test.skip(project.name === "phone", "a phone has no keyboard");
  const ann = await (await person("ann")).asAccount();
  await ann.open("/rooms/plaza");
  await ann.page.keyboard.press("Control+k");
  await ann.page.getByRole("combobox").pressSequentially("mus");
  await ann.page.keyboard.press("Enter");
  await expect(ann.page.getByRole("heading", { name: "# music" })).toBeVisible();
  await ann.page.getByRole("button", { name: "Enter", exact: true }).focus();
  await ann.page.keyboard.press("Enter");
  await ann.composer.focus();
  await ann.page.keyboard.type("by keyboard");
  await ann.page.keyboard.press("Enter");
  await ann.sees("by keyboard");
  await expect(ann.composer).toBeFocused();
});

for (const colorScheme of ["light", "dark"] as const) {
  test(`no page of direct rooms, people and plans has a serious fault, ${colorScheme}`, async ({ person }) => {
    test.setTimeout(120_000);
    const options = { colorScheme };
    const ann = await (await person("ann", { options })).asAccount();
    const bob = await (await person("bob", { options })).asAccount();
    for (const path of ["/inbox", "/blocks", "/later"]) {
      await ann.open(path);
      await check(ann, `${path}, empty`);
    }
    const { me } = await (await bob.page.request.get(`${bob.url}/api/v1/me`)).json();
    await ann.open(`/people/${me.id}`);
    await check(ann, "a profile");
    await ann.page.getByRole("button", { name: "Write to them" }).click();
    await ann.isAlive();
    await ann.say("hello bob");
    await ann.hasSentAll();
    await check(ann, "a request that was sent");
    await bob.open("/inbox");
    await check(bob, "the inbox with a request");
    await bob.page.getByRole("link", { name: /^ann/ }).last().click();
    await bob.isAlive();
    await bob.sees("hello bob");
    await check(bob, "a request that was received");
    await bob.page.getByRole("link", { name: "Refuse, block and report" }).click();
    await check(bob, "the form of a report");
    await bob.page.goBack();
    await bob.page.getByRole("button", { name: "Accept" }).click();
    await bob.isAlive();
    await bob.say("hello ann");
    await ann.sees("hello ann");
    await ann.page.getByRole("button", { name: "Menu of bob's message" }).click();
    await check(ann, "a direct room with a message's menu");
    await ann.composer.fill("later");
    await ann.page.getByRole("button", { name: "Send later" }).click();
    await check(ann, "the times to send at");
    // The first one is in the message's menu, which is still open.
    await ann.page.getByRole("button", { name: "tomorrow at 9:00" }).last().click();
    await expect(ann.page.getByText(/^It will be sent/)).toBeVisible();
    await ann.open("/later");
    await check(ann, "what is planned");
  });
}

for (const colorScheme of ["light", "dark"] as const) {
  test(`no page of looking for somebody and of a room for two has a serious fault, ${colorScheme}`, async ({ person }) => {
    test.setTimeout(120_000);
    const options = { colorScheme };
    const root = await (await person("root", { options })).asAccount();
    const ann = await (await person("ann", { options })).asAccount();
    const bob = await (await person("bob", { options })).asAccount();
    for (const path of ["/match/wishes", "/match/standing", "/admin/packs", "/admin/packs?pack=first-light"]) {
      // The first account owns the server, and the packs.
      const who = path.startsWith("/admin") ? root : ann;
      await who.page.goto(`${who.url}${path}`);
      await check(who, path);
    }
    await search(ann, { pack: "first-light" });
    await ann.isAlive();
    await ann.page.locator("summary").click();
    await check(ann, "the search");
    await together(ann, bob);
    const room = roomOf(ann);
    await ann.say("see https://maru.example");
    await bob.sees("see https://maru.example");
    const settings = { pack: "first-light", mode: "gentle", order: "as_written", by_word: true };
    await ann.ask("put", `rooms/${room}/questions/settings`, settings);
    await choose(ann, "Ask a question now");
    await expect(bob.page.getByRole("textbox", { name: "Your answer" })).toBeVisible();
    await check(bob, "a room for two with a question");
    await bob.roomMenu();
    await check(bob, "its menu");
    for (const [who, text] of [[ann, "the window"], [bob, "the aisle"]] as const) {
      await who.putAway();
      await who.page.getByRole("textbox", { name: "Your answer" }).fill(text);
      await who.page.getByRole("button", { name: "Answer", exact: true }).click();
    }
    await expect(bob.page.getByText("the window")).toBeVisible();
    await check(bob, "a question that was answered");
    for (const path of ["meeting", "questions", "book?show=all"]) {
      await bob.page.goto(`${bob.url}/rooms/${room}/${path}`);
      await check(bob, path);
    }
    await bob.ask("post", `rooms/${room}/meeting/leave`, {});
    await search(bob);
    await bob.ask("delete", "match");
    await expect(bob.page.getByText("You stopped looking.")).toBeVisible();
    await check(bob, "a search that is over");
  });
}

for (const colorScheme of ["light", "dark"] as const) {
  test(`neither who is here nor who has left is told with a serious fault, ${colorScheme}`, async ({ person }) => {
    const options = { colorScheme };
    await (await person("root")).asAccount();
    const ann = await (await person("ann", { options })).asAccount();
    const bob = await (await person("bob", { options })).asAccount();
    const hall = await ann.make({ name: "event hall" });
    await ann.page.goto(`${ann.url}/rooms/${hall}/speed`);
    await check(ann, "speed rounds to set up");
    await ann.ask("post", `rooms/${hall}/acts`, { act: "speed", rounds: 3, mins: 5, in_mins: 30 });
    await bob.join(hall);
    await bob.page.goto(`${bob.url}/rooms/${hall}/speed`);
    await check(bob, "speed rounds to join");
    await search(ann);
    await expect(ann.page.getByRole("timer")).toHaveText(/^0:0[2-9]$/);
    await search(bob);
    await expect(ann.page.getByRole("main").getByRole("heading", { name: "Someone is here" })).toBeVisible();
    await check(ann, "somebody is here");
    await ann.open("/rooms/plaza");
    await expect(ann.page.getByRole("button", { name: "Meet them" })).toBeVisible();
    await check(ann, "somebody is here, told elsewhere");
    await ann.page.goto(`${ann.url}/match`);
    await Promise.all([meet(ann), meet(bob)]);
    await ann.page.goto(`${ann.url}/rooms/plaza`);
    await ann.ask("post", `rooms/${roomOf(bob)}/meeting/leave`, {});
    await expect(bob.page.getByRole("heading", { name: /has left$/ })).toBeVisible();
    await check(bob, "a room that is gone");
  });
}
