// Firefox as a test drives it, over WebDriver BiDi: a request a line comes in, an answer a line goes
// out, both JSON. node firefox.mjs PUPPETEER FIREFOX, the folder of puppeteer-core and the browser.

import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const [folder, executablePath] = process.argv.slice(2);
const { default: puppeteer } = await import(pathToFileURL(`${folder}/lib/esm/puppeteer/puppeteer-core.js`));
// With less motion a training is not played once more, which would change what a test reads.
const extraPrefsFirefox = { "ui.prefersReducedMotion": 1 };
const browser = await puppeteer.launch({ browser: "firefox", executablePath, headless: true, extraPrefsFirefox });
const timeout = 120_000; // for Python to load on a busy machine

let page = null;
const problems = [];

const ways = {
  async open({ address, width = 1280, height = 900 }) {
    const context = await browser.createBrowserContext();
    await page?.close();
    page = await context.newPage();
    page.on("pageerror", (error) => problems.push(String(error)));
    page.on("console", (message) => ["error", "warn"].includes(message.type()) && problems.push(message.text()));
    await page.setViewport({ width, height });
    await page.goto(address);
  },
  reload: () => page.reload(),
  size: ({ width, height }) => page.setViewport({ width, height }),
  evaluate: ({ text }) => page.evaluate(text),
  wait: ({ text }) => page.waitForFunction(text, { timeout }),
  click: ({ selector }) => page.locator(selector).setTimeout(timeout).click(),
  press: ({ key }) => page.keyboard.press(key),
  type: ({ text }) => page.keyboard.type(text),
  picture: ({ path }) => page.screenshot({ path }),
  problems: () => problems.splice(0),
};

for await (const line of createInterface({ input: process.stdin })) {
  const { way, ...asked } = JSON.parse(line);
  let told;
  try {
    const result = await ways[way](asked);
    told = { result: ["evaluate", "problems"].includes(way) ? result : null };
  } catch (error) {
    told = { error: String(error) };
  }
  console.log(JSON.stringify(told));
}
await browser.close();
