// Leave a page open in headless Chromium, at a place in it, while it changes, at first without and then with news; print each time how
// many links in a live region tell of news. Such a link loads the page anew. A further page of a month does not ask.
const { chromium } = require("playwright-core");

const [executablePath, address] = process.argv.slice(2);
const asks = !address.includes("page=");
const CHANGES = [
  (page) => page.replace("</main>", "<p>Another hour has begun.</p></main>"),
  (page) => page.replace("</main>", '<article class="card"><h2><a href="/stories/new">New</a></h2></article></main>'),
];

async function main() {
  const browser = await chromium.launch({ executablePath, args: process.getuid() === 0 ? ["--no-sandbox"] : [] });
  const page = await browser.newPage();
  await page.goto(`${address}#main`, { waitUntil: "load" });
  const told = [];
  for (const changed of CHANGES) {
    await page.route(address, async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: changed(await response.text()) });
    });
    await Promise.all([asks && page.waitForResponse(address), page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")))]);
    await page.evaluate(() => fetch(location.href).then((got) => got.text())); // by then, what came before has been read
    if (asks && changed === CHANGES[1]) await page.getByText("There is news").waitFor();
    told.push(await page.getByRole("status").getByRole("link", { name: "There is news" }).count());
    await page.unroute(address);
  }
  if (told[1]) await Promise.all([page.waitForEvent("load"), page.getByText("There is news").click()]);
  await browser.close();
  console.log(JSON.stringify(told));
}

main();
