import { defineConfig, devices } from "@playwright/test";
import { existsSync } from "node:fs";

const chromium = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

// The tests start their own servers: see support/maru.ts.
export default defineConfig({
  testDir: "./tests",
  outputDir: "../target/test-results",
  timeout: 60_000,
  expect: { timeout: 10_000 },
  forbidOnly: !!process.env.CI,
  retries: 0,
  workers: 1,
  reporter: [["list"]],
  use: {
    locale: "en-GB",
    timezoneId: "Asia/Seoul",
    trace: "retain-on-failure",
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? chromium.find((it) => existsSync(it)),
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
  projects: [
    { name: "desktop", use: { viewport: { width: 1280, height: 800 } } },
    {
      name: "phone",
      // What does not depend on the size is tried once.
      testMatch: [
        "a11y.spec.ts",
        "account.spec.ts",
        "chat.spec.ts",
        "direct.spec.ts",
        "group.spec.ts",
        "large.spec.ts",
        "later.spec.ts",
        "match.spec.ts",
        "match_told.spec.ts",
        "no_js.spec.ts",
        "no_js_rooms.spec.ts",
        "order.spec.ts",
        "pair.spec.ts",
        "people.spec.ts",
        "questions.spec.ts",
        "rooms.spec.ts",
      ],
      use: {
        viewport: { width: 390, height: 844 },
        deviceScaleFactor: 2,
        isMobile: true,
        hasTouch: true,
        userAgent: devices["Pixel 7"].userAgent,
      },
    },
  ],
});
