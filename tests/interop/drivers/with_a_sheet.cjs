// Unfold the addresses of feeds in headless Chromium and print whether they are folded in by a click on one's words, a selection of them
// that ends elsewhere, a click elsewhere, one with the keyboard after one on their words, and Escape; and what has the focus then.
const { chromium } = require("playwright-core");

const [executablePath, address] = process.argv.slice(2);

async function main() {
  const browser = await chromium.launch({ executablePath, args: process.getuid() === 0 ? ["--no-sandbox"] : [] });
  const page = await browser.newPage();
  await page.goto(address, { waitUntil: "load" });
  const subscribe = page.getByText("Subscribe", { exact: true });
  const folded = () => page.evaluate(() => !document.querySelector(".subscribe").open);
  const told = [];
  await subscribe.click();
  await page.getByText("Paste one of these").click();
  told.push(await folded());
  const from = await page.getByText("Paste one of these").boundingBox();
  const to = await page.getByRole("heading", { level: 1 }).boundingBox();
  await page.mouse.move(from.x + 9, from.y + 9);
  await page.mouse.down();
  await page.mouse.move(to.x + 9, to.y + 9, { steps: 9 });
  await page.mouse.up();
  told.push(await folded());
  await page.getByRole("heading", { level: 1 }).click();
  told.push(await folded());
  await subscribe.click();
  await page.getByText("Paste one of these").click();
  await page.evaluate(() => {
    const link = document.querySelector(".masthead a");
    link.addEventListener("click", (event) => event.preventDefault());
    link.focus();
  });
  await page.keyboard.press("Enter");
  told.push(await folded());
  await subscribe.click();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Escape");
  told.push(await folded(), await page.evaluate(() => document.activeElement.textContent));
  await browser.close();
  console.log(JSON.stringify(told));
}

main();
