// Open pages of sections on a narrow screen in headless Chromium; print those whose link in the row of sections is out of sight.
const { chromium } = require("playwright-core");

const [executablePath, root, ...paths] = process.argv.slice(2);

async function main() {
  const browser = await chromium.launch({ executablePath, args: process.getuid() === 0 ? ["--no-sandbox"] : [] });
  const page = await browser.newPage({ viewport: { width: 200, height: 600 } });
  const hidden = [];
  for (const path of paths) {
    await page.goto(root + path, { waitUntil: "load" });
    const seen = await page.evaluate(() => {
      const { left, right } = document.querySelector(".masthead nav [aria-current]").getBoundingClientRect();
      return left >= 0 && right <= window.innerWidth;
    });
    if (!seen) hidden.push(path);
  }
  await browser.close();
  console.log(JSON.stringify(hidden));
}

main();
