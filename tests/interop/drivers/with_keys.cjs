// Press the keys of a page in headless Chromium, before and after they are turned off on the page about them; print where
// each press led.
const { chromium } = require("playwright-core");

const [executablePath, root] = process.argv.slice(2);

async function press(page, key) {
  await page.goto(root, { waitUntil: "load" });
  await page.keyboard.press(key);
  return page.evaluate(() => document.activeElement.tagName);
}

async function main() {
  const browser = await chromium.launch({ executablePath, args: process.getuid() === 0 ? ["--no-sandbox"] : [] });
  const page = await browser.newPage();
  const led = async () => ({ j: await press(page, "j"), "/": await press(page, "/") });
  const told = [await led()];
  for (let turn = 0; turn < 2; turn += 1) {
    await page.goto(`${root}/docs`, { waitUntil: "load" });
    await page.getByRole("button", { name: /these keys/ }).click();
    told.push(await led());
  }
  await browser.close();
  console.log(JSON.stringify(told));
}

main();
