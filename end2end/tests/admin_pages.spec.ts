// The admin pages, in both sizes, colours and languages, by axe; and pictures of them.

import { AxeBuilder } from "@axe-core/playwright";
import { join } from "node:path";
import { expect, test } from "../support/people.ts";

const root = join(import.meta.dirname, "../..");

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
    const against = await eve.id();
    const report = { against, room: "plaza", seq: 2, why: "spam", text: "again and again" };
    await first.page.request.post(`${first.url}/api/v1/reports`, { data: report, headers });
    const other = await (await person("Adam")).asAccount();
    await first.ask("put", `people/${await other.id()}/role`, { role: "admin" });
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
