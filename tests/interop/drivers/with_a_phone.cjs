// Open pages on narrow screens in headless Chromium, and what folds out on them; print what is out of sight.
const { chromium } = require("playwright-core");

const [executablePath, root, ...paths] = process.argv.slice(2);

const outside = (selector) => {
  const box = document.querySelector(selector)?.getBoundingClientRect();
  return box && (box.left < 0 || box.right > window.innerWidth);
};

// Counts of five digits, as those of a large site, that do not stand on one line.
const broken = () => {
  const counts = [...document.querySelectorAll(".number")];
  return counts.filter((count) => {
    const text = count.firstChild;
    text.data = "12345";
    const range = document.createRange();
    range.selectNode(text);
    return range.getClientRects().length > 1;
  }).length;
};

async function main() {
  const browser = await chromium.launch({ executablePath, args: process.getuid() === 0 ? ["--no-sandbox"] : [] });
  const found = [];
  for (const width of [200, 320, 390, 600, 820]) {
    const page = await browser.newPage({ viewport: { width, height: 700 } });
    for (const path of paths) {
      await page.goto(root + path, { waitUntil: "load" });
      if (await page.evaluate(outside, ".masthead nav [aria-current]")) found.push(`${path} at ${width}: the current section`);
      const subscribe = page.locator(".subscribe > summary");
      if (await subscribe.count()) await subscribe.click();
      if (await page.evaluate(outside, ".sheet")) found.push(`${path} at ${width}: the addresses of feeds`);
      const sideways = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
      if (await page.evaluate(broken)) found.push(`${path} at ${width}: a count is broken into two lines`);
      if (sideways && width >= 320) found.push(`${path} at ${width}: scrolls sideways`); // WCAG 1.4.10
    }
    await page.goto(root, { waitUntil: "load" });
    for (let pressed = 0; pressed < 12; pressed += 1) {
      await page.keyboard.press("Tab");
      if (await page.evaluate(outside, ".masthead nav a:focus")) found.push(`/ at ${width}: the section that Tab leads to`);
    }
    await page.close();
  }
  await browser.close();
  console.log(JSON.stringify(found));
}

main();
