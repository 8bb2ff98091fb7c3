// What a test does by the REST interface, where no page is needed for it.

import { expect } from "@playwright/test";
import type { Person } from "./people.ts";

/** What a room is to be. */
export interface RoomWish {
  name: string;
  kind?: "private" | "temporary" | "large";
  door?: "open" | "password" | "invite";
  topic?: string;
  password?: string;
  capacity?: number;
  closes_at?: number;
}

/** Asks for something as somebody; the answer, if it has a body. */
export async function ask({ page, url }: Person, method: string, path: string, data?: unknown) {
  const headers = { Origin: url };
  const answer = await page.request.fetch(`${url}/api/v1/${path}`, { method, headers, data });
  expect(answer.ok(), `${method} ${path}: ${answer.status()} ${await answer.text()}`).toBe(true);
  return answer.status() === 204 ? undefined : await answer.json();
}

/** Somebody's id. */
export async function idOf(person: Person): Promise<string> {
  return (await ask(person, "GET", "me")).me.id;
}

/** Makes a room; its id. */
export async function make(host: Person, wish: RoomWish): Promise<string> {
  return (await ask(host, "POST", "rooms", { kind: "private", capacity: 12, ...wish })).id;
}

/** Comes into rooms. */
export async function come(rooms: string[], ...people: Person[]): Promise<void> {
  for (const room of rooms) {
    for (const person of people) await ask(person, "PUT", `rooms/${room}/members/me`);
  }
}

/** Says something in a room. */
export async function tell(person: Person, room: string, text: string): Promise<void> {
  await ask(person, "POST", `rooms/${room}/entries`, { cid: crypto.randomUUID(), text });
}
