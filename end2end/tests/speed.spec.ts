// Speed rounds: set up by the host, joined by members, who are led to each other.

import { ask, come, make } from "../support/api.ts";
import { expect, test } from "../support/people.ts";

test("who joins in is led to a partner when the round begins", async ({ person }) => {
  const root = await (await person("root")).asAccount();
  const ann = await (await person("ann")).asAccount();
  const bob = await (await person("bob")).asAccount();
  const room = await make(root, { name: "event hall" });
  await come([room], ann, bob);

  await root.page.goto(`${root.url}/rooms/${room}/speed`);
  await expect(root.page.getByText("No speed rounds are set up here.")).toBeVisible();
  await root.page.getByLabel("Rounds").selectOption("2");
  await root.page.getByLabel("Length of a round").selectOption("3");
  await root.page.getByLabel("The first begins").selectOption("60");
  await root.page.getByRole("button", { name: "Set up" }).click();
  await expect(root.page.getByRole("heading", { name: "2 rounds of 3 min" })).toBeVisible();

  for (const guest of [ann, bob]) {
    await guest.open(`/rooms/${room}`);
    await guest.page.getByRole("link", { name: "join in" }).click();
    await guest.page.getByLabel("The year you were born").fill("1990");
    await guest.page.getByRole("button", { name: "Join in" }).click();
    await expect(guest.page.getByText("You have joined in.")).toBeVisible();
    await guest.open(`/rooms/${room}`);
    await guest.isAlive();
  }
  // The host lets them begin at once; who has joined in stays.
  await ask(root, "POST", `rooms/${room}/acts`, { act: "speed", rounds: 2, mins: 3, in_mins: 0 });
  for (const guest of [ann, bob]) {
    await guest.page.getByRole("link", { name: "Go there" }).click();
    await expect(guest.page.getByRole("heading", { name: "event hall" })).toHaveCount(0);
    await guest.isAlive();
  }
  await ann.say("nice to meet you");
  await bob.sees("nice to meet you");
  await root.page.goto(`${root.url}/rooms/${room}/speed`);
  await expect(root.page.getByText("2 people have joined in.")).toBeVisible();
  await root.page.getByRole("button", { name: "Call the rounds off" }).click();
  await expect(root.page.getByText("No speed rounds are set up here.")).toBeVisible();
});
