// Order on the whole server: reports and what follows, roles, and the admin pages.

import { AxeBuilder } from "@axe-core/playwright";
import { join } from "node:path";
import { type Person, expect, test } from "../support/people.ts";

const root = join(import.meta.dirname, "../..");

async function idOf({ page, url }: Person): Promise<string> {
  return (await (await page.request.get(`${url}/api/v1/me`)).json()).me.id;
}

/** Gives somebody a role, by the API. */
async function name(owner: Person, person: Person, role: string) {
  const headers = { Origin: owner.url };
  const path = `${owner.url}/api/v1/people/${await idOf(person)}/role`;
  const answer = await owner.page.request.put(path, { data: { role }, headers });
  expect(answer.status()).toBe(204);
}

test("a report from a room is decided by a moderator, and both are told", async ({ person }) => {
  const owner = await (await person("Olga")).asAccount();
  const mo = await (await person("Mo")).asAccount();
  const bob = await (await person("Bob")).asAccount();
  const eve = await (await person("Eve")).asAccount();
  await name(owner, mo, "moderator");
  await eve.enter("plaza");
  await bob.enter("plaza");
  await eve.say("buy my things");
  await bob.sees("buy my things");

  const entries = await (await bob.page.request.get(`${bob.url}/api/v1/rooms/plaza/entries`)).json();
  const said = entries.entries.find((it: { text?: string }) => it.text === "buy my things");
  await bob.page.goto(`${bob.url}/people/${await idOf(eve)}?room=plaza&seq=${said.seq}#report`);
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
  await expect(eve.page.getByText("This account may not come in for now.")).toBeVisible();
  eve.forgive(/status of 40[13]/, /WebSocket/);
});

const sizes = {
  desktop: { viewport: { width: 1280, height: 800 } },
  phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
};

for (const [language, locale] of [["en", "en-GB"], ["ko", "ko-KR"]] as const) {
  test(`the admin pages have no serious fault, ${language}`, async ({ person }) => {
    test.setTimeout(180_000);
    const first = await (await person("Olga")).asAccount();
    const eve = await (await person("Eve")).asAccount();
    await (await person("하늘")).asAccount();
    const headers = { Origin: first.url };
    const text = "buy my things <script>alert(1)</script>";
    const said = { cid: crypto.randomUUID(), text };
    await eve.page.request.put(`${first.url}/api/v1/rooms/plaza/members/me`, { headers });
    await eve.page.request.post(`${first.url}/api/v1/rooms/plaza/entries`, { data: said, headers });
    const against = await idOf(eve);
    const report = { against, room: "plaza", seq: 2, why: "spam", text: "again and again" };
    await first.page.request.post(`${first.url}/api/v1/reports`, { data: report, headers });
    const other = await (await person("Adam")).asAccount();
    await name(first, other, "admin");
    await other.page.request.post(`${first.url}/api/v1/reports`, { data: report, headers });
    const cookies = await first.page.context().cookies();
    const room = { name: "den", kind: "private", door: "invite", capacity: 9 };
    await eve.page.request.post(`${first.url}/api/v1/rooms`, { data: room, headers });
    const mute = { secs: 3600, reason: "a while" };
    await first.page.request.put(`${first.url}/api/v1/people/${against}/mute`, { data: mute, headers });
    for (const [size, view] of Object.entries(sizes)) {
      for (const colorScheme of ["light", "dark"] as const) {
        const looker = await person(`${size} ${colorScheme}`, { options: { ...view, colorScheme, locale } });
        await looker.page.context().addCookies(cookies);
        for (const part of ["", "/people", "/rooms", "/reports", "/audit", "/nodes", "/announce"]) {
          await looker.page.goto(`${looker.url}/admin${part}`);
          const act = looker.page.locator(".admin-act > summary").first();
          if (part === "/people") await act.click();
          const { violations } = await new AxeBuilder({ page: looker.page }).analyze();
          const serious = violations.filter((it) => ["serious", "critical"].includes(it.impact ?? ""));
          expect(serious.map((it) => `${it.id} ${it.nodes.map((n) => n.html).join("\n")}`), part).toEqual([]);
          const wide = await looker.page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
          expect(wide, `${part} fits`).toBe(false);
          const file = `admin${part.replace("/", "-")}-${size}-${colorScheme}-${language}.png`;
          await looker.page.screenshot({ path: join(root, "target/screenshots", file) });
        }
      }
    }
    await eve.open("/notices");
    await eve.page.screenshot({ path: join(root, "target/screenshots", `notices-${language}.png`) });
  });
}
