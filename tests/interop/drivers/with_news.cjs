// Leave a page open in headless Chromium while news comes; print how many links in a live region tell of it, before and after.
const { chromium } = require("playwright-core");

const [executablePath, address] = process.argv.slice(2);

async function main() {
  const browser = await chromium.launch({ executablePath, args: process.getuid() === 0 ? ["--no-sandbox"] : [] });
  const page = await browser.newPage();
  let version = 0;
  await page.route(address, (route) => (route.request().method() === "HEAD" ? route.fulfill({ headers: { ETag: `"${version}"` } }) : route.continue()));
  const asked = () => page.waitForResponse((response) => response.request().method() === "HEAD");
  await Promise.all([asked(), page.goto(address, { waitUntil: "load" })]);
  const told = [];
  for (version = 0; version < 2; version += 1) {
    await Promise.all([asked(), page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")))]);
    if (version) await page.getByText("There is news").waitFor();
    told.push(await page.getByRole("status").getByRole("link", { name: "There is news" }).count());
  }
  await browser.close();
  console.log(JSON.stringify(told));
}

main();
