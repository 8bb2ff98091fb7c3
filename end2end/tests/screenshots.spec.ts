// Pictures of every page, to look at, in target/screenshots; with UPDATE_SCREENSHOT=1 also the one
// in the README.

import type { BrowserContextOptions } from "@playwright/test";
import { join } from "node:path";
import type { Maru } from "../support/maru.ts";
import { type Person, expect, test } from "../support/people.ts";

const root = join(import.meta.dirname, "../..");

const talk = {
  en: [
    ["Mina", "Does anyone have a film for a rainy evening?"],
    ["Theo", "Always. Little Forest — quiet, kind, and it makes you hungry."],
    ["Theo", "There is a Korean one and a Japanese one. Both are worth it."],
    ["Jun", "Seconded. The kimchi scene!"],
    ["Mina", "Then that is tonight. Thank you!"],
    ["Sora", "I put the list from last week here: https://maru.example/films"],
    ["Mina", "Oh, that is a good list.\nI have seen… three of them."],
    ["Jun", "Three is a beginning."],
  ],
  ko: [
    ["미나", "비 오는 저녁에 볼 만한 영화 있을까요?"],
    ["태오", "리틀 포레스트요. 조용하고 다정하고, 보고 나면 배가 고파져요."],
    ["태오", "한국판이랑 일본판이 있는데 둘 다 좋아요."],
    ["준호", "저도 추천해요. 김치 장면이 최고예요!"],
    ["미나", "그럼 오늘은 그걸로 할게요. 고마워요!"],
    ["소라", "지난주에 나온 목록은 여기 있어요: https://maru.example/films"],
    ["미나", "오, 좋은 목록이네요.\n저는… 세 편 봤어요."],
    ["준호", "세 편이면 시작이 좋은데요."],
  ],
} as const;

type Bring = (name: string, at?: { options?: BrowserContextOptions }) => Promise<Person>;

/** People who talk in a room, and stay. */
async function fill(maru: Maru, person: Bring, language: "en" | "ko") {
  const headers = { Origin: maru.url };
  const people = new Map<string, Person>();
  for (const name of new Set(talk[language].map(([name]) => name))) {
    people.set(name, await (await person(name)).asAccount());
  }
  const enter = async ({ page }: Person, name: string) => {
    const room = await (await page.request.get(`${maru.url}/api/v1/rooms/${name}`)).json();
    const path = `${maru.url}/api/v1/rooms/${room.id}`;
    expect((await page.request.put(`${path}/members/me`, { headers })).ok()).toBe(true);
    return path;
  };
  const all = [...people.values()];
  for (const speaker of all) await enter(speaker, "film");
  for (const speaker of all.slice(1)) await enter(speaker, "plaza");
  for (const speaker of all.slice(2)) await enter(speaker, "late-night");
  for (const [name, text] of talk[language]) {
    const speaker = people.get(name);
    if (!speaker) continue;
    const path = await enter(speaker, "film");
    const data = { cid: crypto.randomUUID(), text };
    const answer = await speaker.page.request.post(`${path}/entries`, { headers, data });
    expect(answer.status(), await answer.text()).toBe(201);
  }
  for (const speaker of all.slice(0, 3)) await speaker.open("/rooms/film");
}

/** The one who looks: another at each size and colour. */
const lookers = { en: ["Ana", "Kai", "Lena", "Noa"], ko: ["하늘", "보라", "다온", "나래"] };

const sizes = {
  desktop: { viewport: { width: 1280, height: 800 } },
  phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
};

for (const [language, locale] of [["en", "en-GB"], ["ko", "ko-KR"]] as const) {
  test(`pictures of every page, ${language}`, async ({ maru, person }) => {
    test.setTimeout(180_000);
    await (await person("admin")).asAccount();
    const names = [...lookers[language]];
    await fill(maru, person, language);
    for (const [size, view] of Object.entries(sizes)) {
      for (const colorScheme of ["light", "dark"] as const) {
        const options = { ...view, colorScheme, locale };
        const guest = await person(names.pop() ?? "guest", { options });
        const shoot = (what: string) =>
          guest.page.screenshot({
            path: join(root, "target/screenshots", `${what}-${size}-${colorScheme}-${language}.png`),
          });
        for (const [what, path] of [["sign-in", "/"], ["sign-up", "/sign-up"], ["guest", "/guest"], ["forgot", "/forgot"]] as const) {
          await guest.page.goto(guest.url + path);
          await shoot(what);
        }
        await guest.asGuest();
        for (const [what, path] of [["rooms", "/rooms"], ["reading", "/rooms/film"], ["settings", "/settings"], ["not-found", "/nothing-here"]] as const) {
          await guest.page.goto(guest.url + path);
          if (path.startsWith("/rooms")) await guest.isAlive();
          await shoot(what);
        }
        await guest.open("/rooms/film");
        await guest.page.getByRole("button", { name: language === "en" ? "Enter" : "들어가기", exact: true }).click();
        await expect(guest.page.getByRole("textbox")).toBeVisible();
        await shoot("room");
        const isPicture = process.env.UPDATE_SCREENSHOT && language === "en";
        if (isPicture && size === "desktop" && colorScheme === "light") {
          await guest.page.screenshot({ path: join(root, "docs/screenshot.png") });
        }
        guest.forgive(/status of 404/);
      }
    }
  });
}
