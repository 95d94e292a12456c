// Open pages in headless Chromium with the colours of the visitor (forced colours). Print for each which links of its rows are
// underlined, and which sections, reached by the Tab key, have a ring that the row cuts off.
const { chromium } = require("playwright-core");

const [executablePath, root, ...paths] = process.argv.slice(2);

function underlined() {
  const rows = document.querySelectorAll(".masthead nav, .orders");
  const plain = getComputedStyle(document.body).backgroundColor;
  return [...rows].flatMap((row) => [...row.querySelectorAll("a")])
    .filter((link) => getComputedStyle(link).borderBottomColor !== plain)
    .map((link) => link.textContent);
}

function cutOff() {
  const link = document.activeElement;
  const row = link.closest(".masthead nav");
  if (!row) return null;
  const { outlineOffset, outlineWidth } = getComputedStyle(link);
  const beyond = parseFloat(outlineOffset) + parseFloat(outlineWidth);
  const [ring, box] = [link.getBoundingClientRect(), row.getBoundingClientRect()];
  return ring.top - beyond < box.top || ring.bottom + beyond > box.bottom || ring.left - beyond < box.left ? link.textContent : null;
}

async function main() {
  const browser = await chromium.launch({ executablePath, args: process.getuid() === 0 ? ["--no-sandbox"] : [] });
  const page = await browser.newPage({ forcedColors: "active" });
  const found = [];
  for (const path of paths) {
    await page.goto(root + path, { waitUntil: "load" });
    const lines = await page.evaluate(underlined);
    const cut = [];
    for (let press = 0; press < 8; press += 1) {
      await page.keyboard.press("Tab");
      cut.push(await page.evaluate(cutOff));
    }
    found.push([lines, cut.filter(Boolean)]);
  }
  await browser.close();
  console.log(JSON.stringify(found));
}

main();
