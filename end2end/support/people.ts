// A server for each test, and people with a browser each, who notice when a page complains.

import { type Browser, type BrowserContextOptions, type Locator, type Page, test as base, expect }
  from "@playwright/test";
import { Maru } from "./maru.ts";

export { expect } from "@playwright/test";

/** Told where the machine is slow or the page has no scripts. */
const SLOW = /was preloaded using link preload but not used/;

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
    const headers = { Origin: this.url };
    const answer = await this.page.request.post(`${this.url}/api/v1/${door}`, { data, headers });
    expect(answer.status(), await answer.text()).toBe(201);
    return this;
  }

  /** Opens a page, and waits until it is alive, if it is one of those that are. */
  async open(path: string): Promise<this> {
    await this.page.goto(this.url + path);
    if (path.startsWith("/rooms")) await this.isAlive();
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
  maru: Maru;
  /** Brings somebody in; at the end nobody's page may have complained. */
  person(name: string, at?: { url?: string; options?: BrowserContextOptions }): Promise<Person>;
}

export const test = base.extend<World>({
  maru: async ({}, use) => {
    const maru = await Maru.start();
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
