// Open a page in headless Chromium; print, for each headline, how far what belongs to it is from the edge at which it begins (in px): of one
// from right to left the right one. And how far the times of a list are from that edge of it, and the numbers from its left one.
const { chromium } = require("playwright-core");

const [executablePath, address] = process.argv.slice(2);

// The kicker and the line of outlets of a card or of a story, the outlet of what has just come in, the time of a report, the month of a story.
const HEADLINES = ".card > :is(h2, h3), .story h1, .sources li > [dir], .ticker a, .related li > a:first-child";
const apart = (headlines) => {
  const edge = (node, side) => {
    const range = document.createRange();
    range.selectNodeContents(node);
    const edges = [...range.getClientRects()].map((box) => box[side]);
    return side === "right" ? Math.max(...edges) : Math.min(...edges);
  };
  const found = {};
  const tell = (name, distance) => (found[name] ??= []).push(Math.round(Math.abs(distance)));
  for (const text of document.querySelectorAll(headlines)) {
    const side = text.dir === "rtl" ? "right" : "left";
    for (const other of text.parentElement.querySelectorAll(".kicker, .meta, .sources time"))
      tell(`${text.dir} ${text.localName} ${other.className || other.localName}`, edge(text, side) - edge(other, side));
  }
  for (const time of document.querySelectorAll(".ticker time")) {
    const { dir } = time.parentElement.querySelector("[dir]");
    const side = dir === "rtl" ? "right" : "left";
    tell(`${dir} ticker`, edge(time, side) - time.parentElement.getBoundingClientRect()[side]);
  }
  for (const number of document.querySelectorAll(".most b")) tell("number", edge(number, "left") - number.parentElement.getBoundingClientRect().left);
  return found;
};

async function main() {
  const browser = await chromium.launch({ executablePath, args: process.getuid() === 0 ? ["--no-sandbox"] : [] });
  const page = await browser.newPage({ viewport: { width: 1200, height: 800 } });
  await page.goto(address, { waitUntil: "load" });
  console.log(JSON.stringify(await page.evaluate(apart, HEADLINES)));
  await browser.close();
}

main();
