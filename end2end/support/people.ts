// A server for each test, and people with a browser each, who notice when a page complains.

import { type APIResponse, type Browser, type BrowserContextOptions, type Locator, type Page }
  from "@playwright/test";
import { test as base, expect } from "@playwright/test";
import { Maru, type Settings } from "./maru.ts";

export { expect } from "@playwright/test";

/** Told where the machine is slow or the page has no scripts. */
const SLOW = /was preloaded using link preload but not used/;

/** What a room is to be, as the API takes it. */
export interface Wish {
  name: string;
  kind?: "private" | "temporary" | "large";
  door?: "open" | "password" | "invite";
  password?: string;
  capacity?: number;
  closes_at?: number;
}

/** Somebody at a page. */
export class Person {
  /** What the page complained about. */
  readonly complaints: string[] = [];

  private constructor(readonly name: string, readonly page: Page, readonly url: string) {}

  static async arrive(
    browser: Browser,
    name: string,
    url: string,
    options: BrowserContextOptions = {},
  ): Promise<Person> {
    const context = await browser.newContext(options);
    const person = new Person(name, await context.newPage(), url);
    person.page.on("console", (message) => {
      const isComplaint = message.type() === "error" || message.type() === "warning";
      if (isComplaint && !SLOW.test(message.text())) person.complaints.push(message.text());
    });
    person.page.on("pageerror", (error) => person.complaints.push(String(error)));
    return person;
  }

  /** Makes a guest of this person, by the API. */
  async asGuest(): Promise<this> {
    return this.#signIn("guests", { name: this.name });
  }

  /** Makes an account, by the API. */
  async asAccount(password = "a long password"): Promise<this> {
    return this.#signIn("users", { name: this.name, password });
  }

  async #signIn(door: string, data: object): Promise<this> {
    await this.ask("post", door, data);
    return this;
  }

  /** Asks the API for something that it must do. */
  async ask(method: "get" | "post" | "put" | "patch" | "delete", path: string, data?: object): Promise<APIResponse> {
    const headers = { Origin: this.url };
    const answer = await this.page.request.fetch(`${this.url}/api/v1/${path}`, { method, data, headers });
    expect(answer.ok(), `${method} ${path}: ${answer.status()} ${await answer.text()}`).toBe(true);
    return answer;
  }

  /** By what others name this person. */
  async id(): Promise<string> {
    return (await (await this.ask("get", "me")).json()).me.id;
  }

  /** Becomes a member of a room, by the API. */
  async join(room: string): Promise<this> {
    await this.ask("put", `rooms/${room}/members/me`);
    return this;
  }

  /** Makes a room, by the API; its id. */
  async make(wish: Wish): Promise<string> {
    const answer = await this.ask("post", "rooms", { kind: "private", capacity: 12, ...wish });
    return (await answer.json()).id;
  }

  /** Opens a page, and waits until it is alive, if it is one of those that are. */
  async open(path: string): Promise<this> {
    await this.page.goto(this.url + path);
    if (path.startsWith("/rooms")) await this.isAlive();
    return this;
  }

  /** Comes through the door of a room whose page it is. */
  async comeIn(room: string): Promise<this> {
    await this.page.goto(`${this.url}/rooms/${room}`);
    await this.page.getByRole("button", { name: "Enter", exact: true }).click();
    await expect(this.composer).toBeVisible();
    await this.isAlive();
    return this;
  }

  /** The page is hydrated and its socket welcomed. */
  async isAlive(): Promise<void> {
    await expect(this.page.locator("html")).toHaveAttribute("data-hydrated", "");
    await this.isConnected();
  }

  async isConnected(): Promise<void> {
    await expect(this.page.getByRole("main")).toHaveAttribute("data-connected", "true", {
      timeout: 40_000,
    });
  }

  /** Opens a room's page and becomes a member. */
  async enter(room: string): Promise<this> {
    await this.open(`/rooms/${room}`);
    await this.page.getByRole("button", { name: "Enter", exact: true }).click();
    await expect(this.composer).toBeVisible();
    return this;
  }

  /** The rooms beside the page, or in a drawer where there is little space, which is opened. */
  async sidebar(): Promise<Locator> {
    const rooms = this.page.getByRole("navigation", { name: "Channels", exact: true });
    return this.#unfolded(rooms, "Open the list of channels");
  }

  /** The people beside the log, or in a sheet where there is little space, which is opened. */
  async people(): Promise<Locator> {
    const people = this.page.getByRole("complementary", { name: "People" });
    return this.#unfolded(people, /^\d+ (person|people)$/);
  }

  async #unfolded(part: Locator, button: string | RegExp): Promise<Locator> {
    const opener = this.page.getByRole("button", { name: button });
    await expect(part.or(opener).first()).toBeVisible();
    if (!(await part.isVisible())) await opener.click();
    await expect(part).toBeVisible();
    return part;
  }

  /** Goes to a room by the list of rooms. */
  async goTo(room: RegExp): Promise<void> {
    await (await this.sidebar()).getByRole("link", { name: room }).click();
  }

  /** The menu of somebody in the list of people. */
  async menuOf(name: string): Promise<Locator> {
    await (await this.people()).getByRole("link", { name: new RegExp(`^${name}`) }).click();
    return this.page.getByRole("dialog", { name: `About ${name}` });
  }

  /** Closes what lies over the page, where something does. */
  async putAway(): Promise<void> {
    const over = this.page.locator(":popover-open");
    await expect(async () => {
      if ((await over.count()) > 0) await this.page.keyboard.press("Escape");
      expect(await over.count()).toBe(0);
    }).toPass();
  }

  /** The menu of the room shown. */
  async roomMenu(): Promise<Locator> {
    await this.putAway();
    await this.page.getByRole("button", { name: "About this room" }).click();
    return this.page.getByRole("group", { name: "About this room" });
  }

  /** Goes to the settings of the room shown. */
  async settings(): Promise<void> {
    await (await this.roomMenu()).getByRole("link", { name: "Settings of the room" }).click();
    await expect(this.page.getByRole("heading", { name: /^Settings of/, level: 1 })).toBeVisible();
  }

  get log(): Locator {
    return this.page.getByRole("log", { name: "Messages" });
  }

  get composer(): Locator {
    return this.page.getByRole("textbox", { name: /^Message / });
  }

  async say(text: string): Promise<void> {
    await this.composer.fill(text);
    await this.composer.press("Enter");
  }

  async sees(text: string | RegExp): Promise<void> {
    await expect(this.log.getByText(text)).toBeVisible();
  }

  /** All that the log shows of a pattern, in order, with what is still on its way. */
  async shown(pattern: RegExp): Promise<string[]> {
    const all = (await this.log.getByRole("listitem").allInnerTexts()).join("\n");
    return all.match(new RegExp(pattern, "g")) ?? [];
  }

  /** Nothing is on its way any more. */
  async hasSentAll(): Promise<void> {
    await expect(this.log.getByText("sending", { exact: true })).toHaveCount(0, { timeout: 40_000 });
  }

  /** From here on, complaints of this kind are expected. */
  forgive(...kinds: RegExp[]): void {
    const left = this.complaints.filter((it) => !kinds.some((kind) => kind.test(it)));
    this.complaints.splice(0, this.complaints.length, ...left);
  }
}

/** What a browser logs when its network is away; no page can keep it from that. */
export const NETWORK = /WebSocket connection to|net::ERR_|Failed to fetch/;

interface World {
  /** What is configured beyond the usual. */
  settings: Settings;
  maru: Maru;
  /** Brings somebody in; at the end nobody's page may have complained. */
  person(name: string, at?: { url?: string; options?: BrowserContextOptions }): Promise<Person>;
}

export const test = base.extend<World>({
  settings: [{}, { option: true }],
  maru: async ({ settings }, use) => {
    const maru = await Maru.start({ settings });
    await use(maru);
    await maru.stop();
  },
  person: async ({ browser, maru, contextOptions }, use) => {
    const people: Person[] = [];
    // Each on another node, where there are several.
    await use(async (name, { url = maru.urlOf(people.length), options = {} } = {}) => {
      const person = await Person.arrive(browser, name, url, { ...contextOptions, ...options });
      people.push(person);
      return person;
    });
    for (const person of people) {
      expect(person.complaints, `the console of ${person.name}`).toEqual([]);
      await person.page.context().close();
    }
  },
});
