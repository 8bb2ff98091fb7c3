import { expect, test } from "../support/people.ts";

const korean = { options: { locale: "ko-KR" } };

test("the language follows the browser, and then the choice", async ({ person }) => {
  const ann = await person("ann", korean);
  const { page } = ann;
  await page.goto(ann.url);
  await expect(page.locator("html")).toHaveAttribute("lang", "ko");
  await expect(page.getByRole("heading", { name: "어서 오세요" })).toBeVisible();
  await page.getByRole("button", { name: "English" }).click();
  await expect(page.getByRole("heading", { name: "Come in" })).toBeVisible();
  await page.goto(`${ann.url}/guest`);
  await expect(page.locator("html")).toHaveAttribute("lang", "en");
});

test("Korean goes through to the room and the settings", async ({ person }) => {
  const mina = await (await person("미나", korean)).asGuest();
  const { page } = mina;
  await mina.open("/rooms/plaza");
  await page.getByRole("button", { name: "들어가기", exact: true }).click();
  const composer = page.getByRole("textbox", { name: "#plaza에 메시지 보내기" });
  await composer.fill("안녕하세요");
  await composer.press("Enter");
  await expect(page.getByRole("log", { name: "메시지" }).getByText("안녕하세요")).toBeVisible();
  await expect(page.getByRole("log").getByText("미나 님이 들어왔어요")).toBeVisible();
  await expect(page.getByRole("heading", { name: "접속 중 — 1" })).toBeVisible();
  await mina.open("/settings");
  await page.getByRole("radio", { name: "English" }).check();
  await page.locator('form[action="/settings/look"]').getByRole("button").click();
  await expect(page.getByRole("heading", { name: "Settings", level: 1 })).toBeVisible();
});

test("no page in Korean has a word left in English", async ({ person }) => {
  const mina = await (await person("미나", korean)).asGuest();
  // What the operator calls the channels is not translated.
  const answer = await mina.page.request.get(`${mina.url}/api/v1/rooms`);
  const { rooms }: { rooms: { name: string; topic: string }[] } = await answer.json();
  for (const path of ["/rooms", "/settings"]) {
    await mina.open(path);
    let text = await mina.page.getByRole("main").innerText();
    for (const it of rooms) text = text.replaceAll(it.name, "").replaceAll(it.topic, "");
    // And what languages and browsers call themselves, and kinds of files.
    for (const it of await mina.page.locator("main span[lang]").allInnerTexts()) {
      text = text.replaceAll(it.trim(), "");
    }
    const names = /English|Chrome\w*|Headless\w*|Linux|PNG|JPEG|GIF|WebP/g;
    const words = text.replace(names, "").match(/[A-Za-z]{3,}/g);
    expect(words ?? [], path).toEqual([]);
  }
});

test("the colours follow the system, and then the choice", async ({ person }) => {
  const ann = await (await person("ann", { options: { colorScheme: "dark" } })).asGuest();
  const { page } = ann;
  const ink = () => page.evaluate(() => getComputedStyle(document.body).color);
  await ann.open("/settings");
  const dark = await ink();
  await page.getByRole("radio", { name: "Light" }).check();
  await page.locator('form[action="/settings/look"]').getByRole("button").click();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "light");
  expect(await ink()).not.toBe(dark);
});
