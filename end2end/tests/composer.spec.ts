import type { CDPSession } from "@playwright/test";
import { type Person, expect, test } from "../support/people.ts";

/** An input method, by the browser's own interface for them. */
class InputMethod {
  private constructor(readonly cdp: CDPSession) {}

  static async of({ page }: Person) {
    return new InputMethod(await page.context().newCDPSession(page));
  }

  async compose(...steps: string[]) {
    for (const text of steps) {
      await this.cdp.send("Input.imeSetComposition", {
        text,
        selectionStart: text.length,
        selectionEnd: text.length,
      });
    }
  }

  /** Ends the composition with this text. */
  async commit(text: string) {
    await this.cdp.send("Input.insertText", { text });
  }

  /** Enter as it comes through an input method: nobody may take it for the key itself. */
  async enterWithin() {
    const key = { key: "Process", code: "Enter", windowsVirtualKeyCode: 229 };
    await this.cdp.send("Input.dispatchKeyEvent", { type: "rawKeyDown", ...key });
    await this.cdp.send("Input.dispatchKeyEvent", { type: "keyUp", ...key });
  }
}

test("Enter over Hangul sends once, whole, where a second Enter follows", async ({ person }) => {
  const ann = await (await person("ann")).asGuest();
  await ann.enter("plaza");
  await ann.composer.focus();
  const method = await InputMethod.of(ann);
  await method.commit("안녕하세");
  await method.compose("ㅇ", "요");
  await method.enterWithin();
  await method.commit("요");
  await ann.page.keyboard.press("Enter");
  await ann.sees("안녕하세요");
  await ann.hasSentAll();
  expect(await ann.shown(/안녕하세요?|^요/m)).toEqual(["안녕하세요"]);
  await expect(ann.composer).toHaveValue("");
});

test("Enter over Hangul sends once, whole, where none follows", async ({ person }) => {
  const ann = await (await person("ann")).asGuest();
  await ann.enter("plaza");
  await ann.composer.focus();
  const method = await InputMethod.of(ann);
  await method.compose("ㅎ", "하", "한");
  await method.enterWithin();
  await method.commit("한");
  await ann.sees("한");
  await ann.hasSentAll();
  await ann.say("end");
  await ann.hasSentAll();
  expect(await ann.shown(/한|end/)).toEqual(["한", "end"]);
  await expect(ann.composer).toHaveValue("");
});

test("Enter over a Japanese candidate only confirms", async ({ person }) => {
  const ann = await (await person("ann")).asGuest();
  await ann.enter("plaza");
  await ann.composer.focus();
  const method = await InputMethod.of(ann);
  await method.compose("に", "にほ", "にほん", "日本");
  await method.enterWithin();
  await method.commit("日本");
  await expect(ann.composer).toHaveValue("日本");
  expect(await ann.shown(/日本/)).toEqual([]);
  await ann.page.keyboard.press("Enter");
  await ann.sees("日本");
  await expect(ann.composer).toHaveValue("");
});

test("Shift+Enter breaks the line, and Enter sends", async ({ person }) => {
  const ann = await (await person("ann")).asGuest();
  await ann.enter("plaza");
  await ann.composer.pressSequentially("one");
  await ann.composer.press("Shift+Enter");
  await ann.composer.pressSequentially("two");
  await expect(ann.composer).toHaveValue("one\ntwo");
  await ann.composer.press("Enter");
  await ann.hasSentAll();
  expect(await ann.shown(/one\s+two/)).toHaveLength(1);
});

test("the limit of 4,000 characters is shown before it bites", async ({ person }) => {
  const ann = await (await person("ann")).asGuest();
  await ann.enter("plaza");
  await ann.composer.fill("가".repeat(3_599));
  await expect(ann.page.getByText(/characters? left/)).toBeHidden();
  await ann.composer.fill("가".repeat(3_999));
  await expect(ann.page.getByText("1 character left")).toBeVisible();
  await ann.composer.fill("가".repeat(4_001));
  await expect(ann.page.getByText("1 character too many")).toBeVisible();
  await ann.composer.press("Enter");
  await expect(ann.composer).toHaveValue("가".repeat(4_001));
  await expect(ann.page.getByRole("button", { name: "Send", exact: true })).toBeDisabled();
  await ann.composer.fill("가".repeat(4_000));
  await ann.composer.press("Enter");
  await ann.hasSentAll();
  await expect(ann.composer).toHaveValue("");
});

test("white space alone is not sent", async ({ person }) => {
  const ann = await (await person("ann")).asGuest();
  await ann.enter("plaza");
  await ann.say("  \n ");
  await ann.say("something");
  await ann.hasSentAll();
  await expect(ann.log.getByText("something")).toHaveCount(1);
});

test("many sent at once arrive all, in order", async ({ person }) => {
  const ann = await (await person("ann")).asGuest();
  await ann.enter("plaza");
  const all = Array.from({ length: 40 }, (_, n) => `quick-${n + 10}`);
  for (const text of all) await ann.say(text);
  await ann.hasSentAll();
  expect(await ann.shown(/quick-\d\d/)).toEqual(all);
});
