// Pictures of every page, to look at, in target/screenshots; with UPDATE_SCREENSHOT=1 also the one
// in the README. The pages of rooms, people and order are shown to four who look at them, two of
// them only with ALL_LOOKS=1.

import type { BrowserContextOptions } from "@playwright/test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ask, come, idOf, make, tell } from "../support/api.ts";
import { long, looks, sizes } from "../support/looks.ts";
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

/** The house that they come to: its owner, a host, others, and the rooms. */
async function furnish(person: Bring) {
  const owner = await (await person(long.latin)).asAccount();
  const host = await (await person(long.hangul)).asAccount();
  const other = await (await person("Theo")).asAccount();
  const picture = readFileSync(join(root, "docs/screenshot.png"));
  await host.page.request.put(`${host.url}/api/v1/me/picture`, {
    headers: { Origin: host.url, "Content-Type": "image/png" },
    data: picture,
  });
  await ask(host, "PATCH", "me/profile", {
    about: "강가를 걷는 것을 좋아해요.\nI like to walk along the river: https://maru.example/river",
    languages: ["ko", "en"],
    interests: ["산책", "차", "quiet films", "가나다라마바사아자차카타파하거너더러머버"],
  });
  const rooms = {
    club: await make(host, { name: long.roomHangul, topic: long.topic, capacity: 40 }),
    river: await make(host, { name: long.roomLatin, door: "password", password: "moonlight" }),
    hidden: await make(host, { name: "오붓한 방", topic: "아는 사람들끼리", door: "invite" }),
    locked: await make(host, { name: "자정까지 열지 않는 방" }),
    slow: await make(host, { name: "slow and steady" }),
    bench: await make(host, { name: "bench for two", capacity: 2 }),
    large: await make(host, { name: "city hall", kind: "large", topic: "Announcements", capacity: 2_000 }),
    evening: await make(host, {
      name: "tonight only",
      kind: "temporary",
      closes_at: Date.now() + 3 * 3_600_000,
    }),
  };
  await ask(host, "POST", `rooms/${rooms.locked}/acts`, { act: "lock", on: true });
  await ask(host, "POST", `rooms/${rooms.slow}/acts`, { act: "slow", secs: 60 });
  await come([rooms.club, "plaza"], owner, other);
  await come([rooms.bench], other);
  await ask(owner, "PUT", `rooms/${rooms.bench}/waiting/me`);
  await tell(host, rooms.club, "오늘 저녁에 강가에서 만나요. 비가 오면 찻집으로 가요!");
  await tell(owner, rooms.club, `${"verylongwordwithoutanyspace".repeat(9)} and then some`);
  await tell(other, rooms.club, "https://maru.example/a/very/long/address/that/does/not/end/until/the/end?of=time");
  await tell(other, "plaza", "I will be there.");
  await ask(owner, "PUT", `people/${await idOf(other)}/mute`, { secs: 3_600, reason: "too loud" });
  return { owner, host, other, rooms };
}

test("pictures of rooms, people and order", async ({ maru, person }) => {
  test.setTimeout(600_000);
  const { owner, host, other, rooms } = await furnish(person);
  const shown = process.env.ALL_LOOKS ? looks : looks.slice(0, 2);
  for (const { name, size, colorScheme, locale } of shown) {
    const options = { ...sizes[size], colorScheme, locale };
    const me = await (await person(name, { options, url: maru.url })).asAccount();
    const { page, url } = me;
    const id = await idOf(me);
    const ko = locale === "ko-KR";
    const button = (en: string, hangul: string) => page.getByRole("button", { name: ko ? hangul : en, exact: true });
    const path = (what: string) => join(root, "target/screenshots", `${what}-${size}-${colorScheme}-${ko ? "ko" : "en"}.png`);
    const shoot = (what: string, fullPage = false) => page.screenshot({ path: path(what), fullPage });
    const live = async (what: string, address: string) => {
      await me.open(address);
      await shoot(what);
    };
    const plain = async (what: string, address: string) => {
      await page.goto(url + address);
      await shoot(what, true);
    };
    const act = (room: string, deed: object) => ask(host, "POST", `rooms/${room}/acts`, deed);

    await test.step(`rooms, ${name}`, async () => {
      await live("rooms-found", "/rooms");
      await live("rooms-none", "/rooms?q=nothing");
      await plain("new-room", "/rooms/new");
      await page.locator("input[name=name]").fill(long.roomHangul);
      await page.locator("input[name=door][value=password]").check();
      await page.locator("input[name=password]").fill("abc");
      await page.locator("form[action='/rooms/new'] button").click();
      await expect(page.getByRole("alert").first()).toBeVisible();
      await shoot("new-room-refused", true);
      await live("door-password", `/rooms/${rooms.river}`);
      await live("door-locked", `/rooms/${rooms.locked}`);
      await live("door-full", `/rooms/${rooms.bench}`);
      await button("Wait for a place", "자리 기다리기").click();
      await me.isAlive();
      await shoot("door-waiting");
      const invite = await ask(host, "POST", `rooms/${rooms.hidden}/invites`, {});
      await plain("invite", `/invite/${invite.token}`);
    });

    await test.step(`inside, ${name}`, async () => {
      await come([rooms.club, rooms.slow, rooms.evening, rooms.large], me);
      await ask(me, "PUT", `rooms/${rooms.slow}/quiet`);
      await live("private-room", `/rooms/${rooms.club}`);
      const people = page.getByRole("complementary", { name: ko ? "사람들" : "People" });
      if (size === "phone") {
        await page.locator(".room-header__people").click();
        await shoot("people-sheet");
      }
      await people.getByRole("link", { name: long.hangul }).click();
      await page.locator(".person-menu summary").click();
      await shoot("person-card");
      await page.keyboard.press("Escape");
      if (size === "phone") await page.keyboard.press("Escape");
      await page.locator("button[popovertarget=room-menu]").click();
      await shoot("room-menu");
      await page.keyboard.press("Escape");
      if (size === "phone") await page.locator(".menu-button").click();
      await page.locator("button[popovertarget=me-menu]").click();
      await shoot("me-menu");
      await live("slow", `/rooms/${rooms.slow}`);
      await page.getByRole("textbox").fill("slowly");
      await page.getByRole("textbox").press("Enter");
      await me.sees("slowly").catch(() => undefined);
      await page.getByRole("textbox").fill("and steadily");
      await shoot("slow-waits");
      await act(rooms.slow, { act: "mute", user: id, secs: 3_600, reason: "조금만 쉬어요" });
      await expect(page.getByRole("textbox")).toHaveCount(0);
      await shoot("muted");
      await live("large", `/rooms/${rooms.large}`);
      await live("temporary", `/rooms/${rooms.evening}`);
      await act(rooms.evening, { act: "kick", user: id, reason: long.topic });
      await expect(page.getByRole("alert").filter({ hasText: ko ? "이유" : "Reason" })).toBeVisible();
      await shoot("lost-kicked");
      await me.open(`/rooms/${rooms.club}`);
      await act(rooms.club, { act: "ban", user: id, secs: 86_400, reason: "" });
      await expect(page.locator(".room__empty")).toBeVisible();
      await shoot("lost-banned");
      await live("door-banned", `/rooms/${rooms.club}`);
      await act(rooms.club, { act: "unban", user: id });
      const brief = await make(host, { name: "brief" });
      await come([brief], me);
      await me.open(`/rooms/${brief}`);
      await act(brief, { act: "close", reason: "" });
      await expect(page.locator(".room__empty")).toBeVisible();
      await shoot("lost-closed");
    });

    await test.step(`people, ${name}`, async () => {
      await plain("inbox-empty", "/inbox");
      await plain("blocks-empty", "/blocks");
      await plain("later-empty", "/later");
      const asked = await ask(me, "POST", `direct/${await idOf(host)}`);
      await live("direct-new", `/rooms/${asked.id}`);
      await tell(me, asked.id, "안녕하세요! 산책 모임에 가도 될까요?");
      await live("direct-asked", `/rooms/${asked.id}`);
      const asking = await ask(owner, "POST", `direct/${id}`);
      await tell(owner, asking.id, "verylongwordwithoutanyspace".repeat(6));
      await plain("inbox", "/inbox");
      await live("direct-request", `/rooms/${asking.id}`);
      await ask(host, "POST", `requests/${asked.id}`, { answer: "accept" });
      await tell(host, asked.id, "그럼요, 토요일에 봐요.");
      await live("direct", `/rooms/${asked.id}`);
      for (const text of ["아침에 보낼 말이에요.", "verylongwordwithoutanyspace".repeat(6)]) {
        const at = Date.now() + 7_200_000;
        await ask(me, "POST", `rooms/${asked.id}/later`, { cid: crypto.randomUUID(), text, at });
      }
      await plain("later", "/later");
      await plain("person", `/people/${await idOf(host)}`);
      for (const it of [owner, other]) await ask(me, "PUT", `blocks/${await idOf(it)}`);
      await plain("blocks", "/blocks");
      await plain("person-blocked", `/people/${await idOf(owner)}`);
      await plain("settings-full", "/settings");
      await plain("notices-empty", "/notices");
    });

    await test.step(`order, ${name}`, async () => {
      await ask(other, "POST", "reports", { against: id, room: rooms.club, why: "spam", text: long.topic });
      await ask(owner, "PUT", `people/${id}/ban`, { secs: 86_400, reason: long.topic });
      await page.goto(`${url}/sign-in`);
      await page.locator("input[name=name]").fill(name);
      await page.locator("input[name=password]").fill("a long password");
      await page.locator("form[action='/sign-in'] button").click();
      await expect(page.getByRole("alert")).toBeVisible();
      await shoot("sign-in-banned", true);
      await plain("forgot-form", "/forgot");
      await plain("reset", "/reset?token=none");
      // The owner and the host look by the same screen.
      await ask(me, "POST", "logins", { name: long.latin, password: "a long password" });
      for (const part of ["", "/people", "/rooms", "/reports", "/audit", "/nodes", "/announce"]) {
        await plain(`admin${part.replace("/", "-")}`, `/admin${part}`);
      }
      await ask(me, "POST", "logins", { name: long.hangul, password: "a long password" });
      await plain("room-settings", `/rooms/${rooms.club}/settings`);
      await live("host-room", `/rooms/${rooms.club}`);
    });
    me.forgive(/status of 4\d\d/);
  }
});
