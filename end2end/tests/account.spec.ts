// What one has beside a name: a password that can be forgotten, a picture, presence, and logins.

import type { Locator } from "@playwright/test";
import { type Person, expect, test as base } from "../support/people.ts";
import { MailServer } from "../support/mail.ts";

const test = base.extend<{ mail: MailServer }>({
  mail: async ({}, use) => {
    const mail = await MailServer.start();
    await use(mail);
    await mail.stop();
  },
});

/** Fills in the form of `/sign-in`. */
async function signIn({ page, url, name }: Person, password: string) {
  await page.goto(`${url}/sign-in`);
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

/** A picture of one colour, drawn by the browser. */
async function draw({ page }: Person, kind: "png" | "jpeg", colour: string) {
  const address = await page.evaluate(([kind, colour]) => {
    const canvas = document.createElement("canvas");
    canvas.width = 320;
    canvas.height = 240;
    const pen = canvas.getContext("2d")!;
    pen.fillStyle = colour!;
    pen.fillRect(0, 0, canvas.width, canvas.height);
    return canvas.toDataURL(`image/${kind}`);
  }, [kind, colour]);
  const buffer = Buffer.from(address.split(",")[1]!, "base64");
  return { name: `me.${kind}`, mimeType: `image/${kind}`, buffer };
}

/** Chooses a file on the settings page, and sends it. */
async function upload({ page }: Person, file: { name: string; mimeType: string; buffer: Buffer }) {
  await page.getByLabel("Picture file").setInputFiles(file);
  const form = page.locator("form").filter({ has: page.getByLabel("Picture file") });
  await form.getByRole("button", { name: "Save" }).click();
}

/** What an image shows in its middle, once it is loaded. */
async function shows(picture: Locator, colour: "red" | "blue") {
  const middle = () =>
    picture.evaluate((it: HTMLImageElement) => {
      if (!it.complete || it.naturalWidth === 0) return "nothing";
      const pen = document.createElement("canvas").getContext("2d")!;
      pen.drawImage(it, 0, 0);
      const [red, green, blue] = pen.getImageData(it.naturalWidth / 2, it.naturalHeight / 2, 1, 1).data;
      if (green! > 60) return "another colour";
      return red! > 200 ? "red" : blue! > 200 ? "blue" : "another colour";
    });
  await expect.poll(middle).toBe(colour);
}

test.describe("with a mail server", () => {
  test.use({
    settings: async ({ mail }, use) => {
      await use({ MARU_SMTP_URL: mail.url, MARU_MAIL_FROM: "Maru <maru@chat.example>" });
    },
  });

  test("a forgotten password is set anew by a letter, and the login elsewhere ends", async ({ mail, person }) => {
    const there = await (await person("ann")).asAccount();
    await there.open("/settings");
    await there.page.getByLabel("E-mail address").fill("ann@mail.example");
    const form = there.page.locator("form").filter({ has: there.page.getByLabel("E-mail address") });
    await form.getByLabel("Current password").fill("a long password");
    await form.getByRole("button", { name: "Save" }).click();
    await expect(there.page.getByText("Saved.")).toBeVisible();
    await there.enter("plaza");

    // Where one comes from a letter, there need not be a script.
    const here = await person("ann", { options: { javaScriptEnabled: false } });
    const { page } = here;
    await page.goto(`${here.url}/sign-in`);
    await page.getByRole("link", { name: "Forgot your password?" }).click();
    await page.getByLabel("Name or e-mail address").fill("ann");
    await page.getByRole("button", { name: "Send me a link" }).click();
    await expect(page.getByText("a link is on its way there", { exact: false })).toBeVisible();
    await expect.poll(() => mail.to("ann@mail.example").length).toBe(1);
    const [letter] = mail.to("ann@mail.example");
    expect(letter!.subject).toBe("Maru: choose a new password");
    const link = /^https?:\S+$/m.exec(letter!.text)![0];

    await page.goto(link);
    await page.getByLabel("New password").fill("another long password");
    await page.getByRole("button", { name: "Set the password" }).click();
    await expect(page.getByText("The new password is set. Sign in with it.")).toBeVisible();
    await expect(there.page.getByText("You were signed out.")).toBeVisible();
    await signIn(here, "a long password");
    await expect(page.getByRole("alert")).toHaveText("The name or the password is wrong.");
    await signIn(here, "another long password");
    await expect(page.getByRole("heading", { name: "Channels", level: 1 })).toBeVisible();
    await page.goto(link);
    await expect(page.getByText("This link is over", { exact: false })).toBeVisible();
    here.forgive(/status of 4\d\d/);
    there.forgive(/status of 401/, /WebSocket/);
  });
});

test.describe("with one login per user", () => {
  test.use({ settings: { MARU_ONE_LOGIN_PER_USER: "true" } });

  test("who signs in elsewhere is signed out here, and told why", async ({ person }) => {
    const first = await (await person("ann")).asAccount();
    await first.enter("plaza");
    const second = await person("ann");
    await signIn(second, "a long password");
    await expect(second.page.getByRole("heading", { name: "Channels", level: 1 })).toBeVisible();
    await expect(first.page.getByText("You signed in elsewhere", { exact: false })).toBeVisible();
    await second.open("/rooms/plaza");
    await second.say("here now");
    await second.sees("here now");
    await first.page.reload();
    await expect(first.page.getByRole("heading", { name: "Come in" })).toBeVisible();
    first.forgive(/status of 401/, /WebSocket/);
  });
});

test("a picture is shown to others, and what is none is refused with the reason", async ({ person }) => {
  const ann = await (await person("ann")).asAccount();
  const bob = await (await person("bob")).asGuest();
  await bob.enter("plaza");
  await ann.join("plaza");
  await ann.open("/settings");
  await upload(ann, await draw(ann, "png", "#f00"));
  await expect(ann.page.getByText("Saved.")).toBeVisible();
  await shows(ann.page.getByRole("img", { name: "Your picture" }), "red");
  await ann.open("/rooms/plaza");
  await ann.say("look at me");
  await bob.sees("look at me");
  const line = bob.log.getByRole("listitem").filter({ hasText: "look at me" });
  await shows(line.locator("img"), "red");
  await bob.open(`/people/${await ann.id()}`);
  await shows(bob.page.getByRole("main").locator("img"), "red");

  await ann.open("/settings");
  await upload(ann, await draw(ann, "jpeg", "#00f"));
  await expect(ann.page.getByText("Saved.")).toBeVisible();
  await bob.open("/rooms/plaza");
  await shows(line.locator("img"), "blue");
  const text = { name: "me.png", mimeType: "image/png", buffer: Buffer.from("not a picture") };
  await upload(ann, text);
  await expect(ann.page.getByText("Choose a PNG, JPEG, GIF or WebP picture.")).toBeVisible();
  await shows(ann.page.getByRole("img", { name: "Your picture" }), "blue");
});

test("presence that is set by hand is seen by others at once", async ({ person }) => {
  const ann = await (await person("ann")).asAccount();
  const bob = await (await person("bob")).asAccount();
  const room = (await (await ann.ask("post", `direct/${await bob.id()}`)).json()).id;
  await ann.ask("post", `rooms/${room}/entries`, { cid: crypto.randomUUID(), text: "hello bob" });
  await bob.ask("post", `requests/${room}`, { answer: "accept" });
  await bob.join("plaza");
  await ann.enter("plaza");
  await bob.open("/rooms/plaza");
  const set = async (presence: string) => {
    await ann.open("/settings");
    await ann.page.getByRole("radio", { name: presence }).check();
    const form = ann.page.locator("form").filter({ has: ann.page.getByLabel("Interests") });
    await form.getByRole("button", { name: "Save" }).click();
    await expect(ann.page.getByText("Saved.")).toBeVisible();
    await ann.open("/rooms/plaza");
  };
  const isSeen = async (heading: string, presence: string) => {
    const list = await bob.people();
    const group = list.locator("section").filter({ has: bob.page.getByRole("heading", { name: heading }) });
    await expect(group.getByRole("listitem").filter({ hasText: "ann" })).toBeVisible();
    await bob.putAway();
    const link = (await bob.sidebar()).getByRole("link", { name: /^ann/ });
    await expect(link.locator("[data-presence]")).toHaveAttribute("data-presence", presence);
    await bob.putAway();
  };
  await isSeen("Here now — 2", "here");
  await set("Do not disturb");
  await isSeen("Do not disturb — 1", "busy");
  await set("Away");
  await isSeen("Away — 1", "away");
  await set("Automatic");
  await isSeen("Here now — 2", "here");
});
