// Pictures of looking for somebody, of rooms of two, and of questions, with the longest words that
// there may be, in target/screenshots; two of the four looks only with ALL_LOOKS=1.

import { join } from "node:path";
import { ask, come, make, tell } from "../support/api.ts";
import { long, looks, sizes } from "../support/looks.ts";
import { roomOf } from "../support/meeting.ts";
import { type Person, expect, test } from "../support/people.ts";

// Who did something a second ago is asked all the same.
test.use({ settings: { MARU_MATCH_ACTIVE_SECS: "1", MARU_MATCH_ANSWER_SECS: "60" } });

const root = join(import.meta.dirname, "../..");

const wishes = {
  languages: ["de", "en", "es", "fr", "ja", "ko", "zh"],
  interests: ["강가에서오래오래산책하기좋아하는마음씨", "wordwithoutanyspaces", "차", "quiet films"],
  mood: "deep",
  pack: "first-light",
};

const answers = [
  "강가를 따라 걷다가 작은 찻집에서 따뜻한 차를 마시며 비가 그치기를 기다리고 싶어요.\n그다음엔 집에 갈래요.",
  `Somewhere by the sea. ${"verylongwordwithoutanyspace".repeat(4)}`,
] as const;

/** How it stands with somebody's search. */
async function stateOf(person: Person): Promise<{ state: string; proposal: string; answered: boolean }> {
  return (await ask(person, "GET", "match")).state;
}

/** Says yes by the API, where that is not said yet. */
async function sayYes(person: Person): Promise<void> {
  const { state, proposal, answered } = await stateOf(person);
  if (state === "proposed" && !answered) await ask(person, "PUT", `match/proposals/${proposal}`, { yes: true });
}

/** Brings a question up, and answers it as both. */
async function question(room: string, first: Person, second?: Person): Promise<void> {
  await ask(first, "POST", `rooms/${room}/questions`, {});
  const { asked } = await ask(first, "GET", `rooms/${room}/meeting`);
  const { id } = asked.find((it: { state: string }) => it.state === "open");
  const path = `rooms/${room}/questions/${id}/answer`;
  await ask(first, "PUT", path, { text: answers[0] });
  if (second) await ask(second, "PUT", path, { text: answers[1] });
}

for (const { name, size, colorScheme, locale } of process.env.ALL_LOOKS ? looks : looks.slice(0, 2)) {
  test(`pictures of looking for somebody and of two, ${name}`, async ({ person, maru }) => {
    test.setTimeout(180_000);
    const options = { ...sizes[size], colorScheme, locale };
    const me = await (await person(long.hangul, { options, url: maru.url })).asAccount();
    const other = await (await person(long.latin, { url: maru.url })).asAccount();
    const { page, url } = me;
    const ending = `${size}-${colorScheme}-${locale === "ko-KR" ? "ko" : "en"}.png`;
    const shoot = (what: string, fullPage = false) =>
      page.screenshot({ path: join(root, "target/screenshots", `${what}-${ending}`), fullPage });
    const plain = async (what: string, address: string) => {
      await page.goto(url + address);
      await shoot(what, true);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
      expect(wide, `${what} fits`).toBe(false);
    };

    for (const one of [me, other]) await ask(one, "PUT", "me/born", { year: 1990 });
    await come(["plaza"], me, other);
    await tell(other, "plaza", "비 오는 저녁에 볼 만한 영화 있을까요?");
    const plaza: string = (await ask(me, "GET", "rooms/plaza")).id;
    const seq = (await ask(me, "GET", "rooms/plaza/entries")).head;
    await plain("match-wishes-about", `/match/wishes?about=${plaza}&seq=${seq}`);

    await test.step("looking", async () => {
      const about = { room: plaza, seq };
      await ask(me, "PUT", "match", { ...wishes, about });
      await plain("match-wishes", "/match/wishes");
      await me.page.goto(`${url}/match`);
      await me.isAlive();
      await expect(page.getByRole("timer")).toHaveText(/^0:0[2-9]$/);
      await page.locator("summary").click();
      await shoot("match-waiting");
      await other.open("/rooms/plaza");
      await ask(other, "PUT", "match", { ...wishes, about });
      await expect(page.locator(".matching__ring--ready")).toBeVisible();
      await shoot("match-ready");
      await page.goto(`${url}/rooms/plaza`);
      await expect(page.locator(".match-notice").first()).toBeVisible();
      await shoot("match-notice");
      await page.goto(`${url}/match`);
      await expect(async () => {
        for (const one of [me, other]) await sayYes(one);
        await expect(page).toHaveURL(/\/rooms\//, { timeout: 500 });
      }).toPass();
      await expect(page.getByRole("textbox").last()).toBeVisible();
    });

    const room = roomOf(me);
    const menu = page.locator("#room-menu");
    await test.step("a match room", async () => {
      await tell(other, room, "What did you do today? https://maru.example");
      await tell(me, room, "할머니를 뵈러 배를 타고 다녀왔어요.");
      await tell(other, room, "verylongwordwithoutanyspace".repeat(5));
      await ask(me, "POST", `rooms/${room}/questions`, {});
      await expect(page.locator(".question-card textarea")).toBeVisible();
      await shoot("match-room");
      await page.locator("button[popovertarget=room-menu]").click();
      await expect(menu).toBeVisible();
      await shoot("match-room-menu");
      await page.keyboard.press("Escape");
      await plain("match-more", `/rooms/${room}/meeting`);
    });

    await test.step("a pair room", async () => {
      for (const one of [me, other]) await ask(one, "PUT", `rooms/${room}/meeting/keep`, { keep: true });
      const { asked } = await ask(me, "GET", `rooms/${room}/meeting`);
      const path = `rooms/${room}/questions/${asked[0].id}/answer`;
      await ask(me, "PUT", path, { text: answers[0] });
      await ask(other, "PUT", path, { text: answers[1] });
      await question(room, other);
      await me.open(`/rooms/${room}`);
      await expect(page.locator(".question-card textarea")).toBeVisible();
      await shoot("pair-room-open");
      const settings = { pack: "first-light", mode: "strict", order: "as_written", by_word: true };
      await ask(me, "PUT", `rooms/${room}/questions/settings`, settings);
      await expect(page.locator(".question-note[data-mode=strict]")).toBeVisible();
      await shoot("pair-room-strict");
      await page.locator(".question-card textarea").fill(answers[0]);
      await page.locator(".question-card button[value=answer]").click();
      await expect(page.locator(".question-card__answers")).toHaveCount(2);
      await question(room, me);
      await expect(page.locator(".question-card textarea")).toHaveValue(answers[0]);
      await shoot("pair-room-sealed");
      await plain("book", `/rooms/${room}/book?show=all`);
      await plain("book-none", `/rooms/${room}/book?q=nowhere`);
      await plain("questions", `/rooms/${room}/questions`);
    });

    await test.step("packs, standing, speed", async () => {
      // The first account owns the server.
      await plain("admin-packs", "/admin/packs");
      await plain("admin-pack", "/admin/packs?pack=first-light");
      await plain("standing", "/match/standing");
      const hall = await make(me, { name: long.roomHangul });
      await plain("speed-none", `/rooms/${hall}/speed`);
      await come([hall], other);
      await ask(me, "POST", `rooms/${hall}/acts`, { act: "speed", rounds: 3, mins: 5, in_mins: 30 });
      await plain("speed", `/rooms/${hall}/speed`);
    });

    await test.step("the end", async () => {
      const carol = await (await person("carol", { url: maru.url })).asAccount();
      await ask(carol, "PUT", "me/born", { year: 1990 });
      await carol.open("/rooms/plaza");
      await ask(me, "PUT", "match", { languages: ["ko"] });
      await page.goto(`${url}/match`);
      await ask(carol, "PUT", "match", { languages: ["ko"] });
      await expect(async () => {
        for (const one of [me, carol]) await sayYes(one);
        await expect(page).toHaveURL(/\/rooms\//, { timeout: 500 });
      }).toPass();
      await me.isAlive();
      await ask(carol, "POST", `rooms/${roomOf(me)}/meeting/leave`, {});
      await expect(page.locator(".room__empty")).toBeVisible();
      await shoot("match-parted");
      await ask(me, "PUT", "match", { languages: ["ko"] });
      await ask(me, "DELETE", "match");
      await page.goto(`${url}/match`);
      await shoot("match-ended");
    });
  });
}
