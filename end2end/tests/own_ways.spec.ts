// What everybody sets for themselves: rooms of which they want to hear nothing, people with whom
// they want nothing to do; and what they are told while they wait, or may not come in.

import { ask, come, idOf, make } from "../support/api.ts";
import { type Person, expect, test } from "../support/people.ts";

/** The link to a room in the sidebar. */
function linkTo({ page }: Person, name: string) {
  return page.getByRole("navigation", { name: "Channels" }).getByRole("link", { name: new RegExp(name) });
}

test("a room made quiet shows no news, on every tab and after a reload", async ({ person }) => {
  await (await person("root")).asAccount();
  const ann = await (await person("ann")).asAccount();
  const bob = await (await person("bob")).asAccount();
  const room = await make(bob, { name: "noisy club" });
  await come([room], ann);
  const tab = await ann.page.context().newPage();
  await tab.goto(`${ann.url}/rooms/plaza`);
  await ann.open(`/rooms/${room}`);
  await ann.page.getByRole("button", { name: "Mute for me" }).click();
  await expect(ann.page.getByRole("button", { name: "Unmute for me" })).toBeVisible();
  const elsewhere = tab.getByRole("navigation", { name: "Channels" }).getByRole("link", { name: /noisy club/ });
  await expect(elsewhere).toHaveAttribute("data-quiet", "true");
  await tab.close();

  await ann.open("/rooms/music");
  await bob.open(`/rooms/${room}`);
  await bob.say("much noise");
  await bob.sees("much noise");
  await bob.enter("music");
  await bob.say("over here");
  await ann.sees("over here");
  await expect(linkTo(ann, "noisy club")).toHaveAttribute("data-unread", "false");
  await ann.page.reload();
  await ann.isAlive();
  await expect(linkTo(ann, "noisy club")).toHaveAttribute("data-quiet", "true");
  await expect(linkTo(ann, "noisy club")).toHaveAccessibleName(/muted for you/);

  // The host changes the room: it stays as ann wants it.
  await ask(bob, "POST", `rooms/${room}/acts`, { act: "topic", topic: "still noisy" });
  await linkTo(ann, "noisy club").click();
  await ann.sees("still noisy");
  await ann.page.getByRole("button", { name: "Unmute for me" }).click();
  await expect(linkTo(ann, "noisy club")).toHaveAttribute("data-quiet", "false");
});

test("who waits for a place is told when the line moves on", async ({ person }) => {
  await (await person("root")).asAccount();
  const ann = await (await person("ann")).asAccount();
  const bob = await (await person("bob")).asAccount();
  const carol = await (await person("carol")).asAccount();
  const dave = await (await person("dave")).asAccount();
  const room = await make(ann, { name: "bench", capacity: 2 });
  await come([room], bob);
  for (const [n, waiter] of [carol, dave].entries()) {
    await waiter.open(`/rooms/${room}`);
    await waiter.page.getByRole("button", { name: "Wait for a place" }).click();
    await expect(waiter.page.getByText(`You wait: place ${n + 1} in the queue`)).toBeVisible();
    await waiter.isAlive();
  }
  await carol.page.getByRole("button", { name: "Stop waiting" }).click();
  await expect(dave.page.getByText("You wait: place 1 in the queue")).toBeVisible();
  await ask(bob, "DELETE", `rooms/${room}/members/me`);
  await expect(dave.composer).toBeVisible();
});

test("one blocks somebody from their card, and undoes it", async ({ person }) => {
  await (await person("root")).asAccount();
  const ann = await (await person("ann")).asAccount();
  const bob = await (await person("bob")).asAccount();
  const room = await make(ann, { name: "two cats" });
  await come([room], bob);
  await ann.open(`/rooms/${room}`);
  const { page } = ann;
  await page.getByRole("complementary", { name: "People" }).getByRole("link", { name: /^bob/ }).click();
  const card = page.getByRole("dialog", { name: "About bob" });
  await card.getByText("Block", { exact: true }).first().click();
  await expect(card.getByText(/will be offline to each other/)).toBeVisible();
  await card.getByRole("button", { name: "Block", exact: true }).click();
  await expect(page.getByText("Blocked. They are not told.")).toBeVisible();
  await expect(page).toHaveURL(`${ann.url}/rooms/${room}`);
  await page.getByRole("button", { name: /^ann/ }).click();
  await page.getByRole("link", { name: "Blocked people" }).click();
  await page.getByRole("button", { name: "Unblock" }).click();
  await expect(page.getByText("You have blocked nobody.")).toBeVisible();
});

test("what is typed while a message for later is on its way stays", async ({ person }) => {
  const ann = await (await person("ann")).asAccount();
  await ann.enter("plaza");
  const { page } = ann;
  let letGo: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (letGo = resolve));
  await page.route("**/api/v1/rooms/*/later", async (route) => {
    await held;
    await route.continue();
  });
  await ann.composer.fill("good morning");
  await page.getByRole("button", { name: "Send later" }).click();
  await page.getByRole("button", { name: "in 3 hours" }).click();
  await ann.composer.fill("and one more thing");
  letGo();
  await expect(page.getByText(/^It will be sent: /)).toBeVisible();
  await expect(ann.composer).toHaveValue("and one more thing");
  const planned = await ask(ann, "GET", "later");
  expect(planned.planned.map((it: { text: string }) => it.text)).toEqual(["good morning"]);
});

test("a banned account is told until when, and why", async ({ person }) => {
  const owner = await (await person("owner")).asAccount();
  const eve = await (await person("eve", { options: { locale: "ko-KR" } })).asAccount();
  await ask(owner, "PUT", `people/${await idOf(eve)}/ban`, { secs: 86_400, reason: "물건을 팔지 마세요" });
  const { page } = eve;
  const signIn = async (password: string) => {
    await page.goto(`${eve.url}/sign-in`);
    await page.getByLabel("이름").fill("eve");
    await page.getByLabel("비밀번호", { exact: true }).fill(password);
    await page.getByRole("button", { name: "로그인" }).click();
    return page.getByRole("alert");
  };
  const note = await signIn("a long password");
  await expect(note).toContainText(/\d+월 \d+일 .요일 \d\d:\d\d( UTC)?까지 들어올 수 없는 계정이에요\./);
  await expect(note).toContainText("이유: 물건을 팔지 마세요");
  await expect(await signIn("another password")).not.toContainText("물건");
  eve.forgive(/status of 4\d\d/);
});
