// Open a page in headless Chromium; print, for each text from right to left, how far what belongs to it ends from its right edge (in px).
const { chromium } = require("playwright-core");

const [executablePath, address] = process.argv.slice(2);

// The kicker and the line of outlets of a card or of a story, the name of the outlet in a list of reports or of what has just come in.
const apart = () => {
  const end = (node) => {
    const range = document.createRange();
    range.selectNodeContents(node);
    return Math.max(...[...range.getClientRects()].map((box) => box.right));
  };
  const found = {};
  for (const text of document.querySelectorAll(".card > h2[dir=rtl], .card > h3[dir=rtl], .story h1[dir=rtl], .sources li > [dir=rtl], .ticker:not(.most) [dir=rtl]"))
    for (const other of text.parentElement.querySelectorAll(".kicker, .meta, time"))
      if (other.localName !== "time" || text.closest(".sources"))
        (found[`${text.localName} ${other.className || other.localName}`] ??= []).push(Math.round(Math.abs(end(text) - end(other))));
  return found;
};

async function main() {
  const browser = await chromium.launch({ executablePath, args: process.getuid() === 0 ? ["--no-sandbox"] : [] });
  const page = await browser.newPage({ viewport: { width: 1200, height: 800 } });
  await page.goto(address, { waitUntil: "load" });
  console.log(JSON.stringify(await page.evaluate(apart)));
  await browser.close();
}

main();
