// Open pages in headless Chromium, light and dark, wide and narrow; print what axe-core and the browser complain of.
const fs = require("node:fs");
const path = require("node:path");
const { chromium } = require("playwright-core");

const [executablePath, root, ...paths] = process.argv.slice(2);
const axe = fs.readFileSync(path.join(process.env.NODE_PATH, "axe-core/axe.min.js"), "utf8");
const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
const looks = [
  { colorScheme: "light", viewport: { width: 1280, height: 900 } },
  { colorScheme: "dark", viewport: { width: 1280, height: 900 } },
  { colorScheme: "light", viewport: { width: 360, height: 740 } },
  { colorScheme: "dark", viewport: { width: 360, height: 740 } },
];

async function look(page, address, as) {
  const found = [];
  const say = (what) => found.push(`${address} (${as}): ${what}`);
  const onMessage = (message) => message.type() === "error" && say(`console: ${message.text()}`);
  const onRequest = (request) => request.url().startsWith(root) || say(`loads ${request.url()}`);
  const onError = (error) => say(`script: ${error.message}`);
  page.on("console", onMessage).on("request", onRequest).on("pageerror", onError);
  await page.goto(root + address, { waitUntil: "load" });
  await page.evaluate(axe);
  const asked = { runOnly: rules, rules: { "target-size": { enabled: true } } }; // off unless asked for
  const { violations, passes } = await page.evaluate((asked) => axe.run(document, asked), asked);
  for (const rule of violations) {
    for (const node of rule.nodes) say(`${rule.id}: ${node.target.join(" ")}: ${node.any.map((one) => one.message).join("; ")}`);
  }
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  if (wider > 0) say(`is ${wider} pixels wider than the window`);
  const enlarged = await page.evaluate(() => {
    document.documentElement.style.fontSize = "200%"; // WCAG 1.4.4
    const over = document.documentElement.scrollWidth - document.documentElement.clientWidth;
    document.documentElement.style.fontSize = "";
    return over;
  });
  if (enlarged > 0) say(`with letters twice as large is ${enlarged} pixels wider than the window`);
  const cropped = await page.evaluate(() => {
    const spaced = new CSSStyleSheet();
    spaced.replaceSync("* { letter-spacing: .12em !important; word-spacing: .16em !important; }"); // WCAG 1.4.12
    document.adoptedStyleSheets = [spaced];
    const shown = [...document.querySelectorAll("main *:not(.visually-hidden)")];
    return shown.filter((one) => getComputedStyle(one).overflowX === "hidden" && one.scrollWidth > one.clientWidth + 1).map((one) => one.textContent.trim());
  });
  const spread = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  if (spread > 0) say(`with words spaced out is ${spread} pixels wider than the window`);
  const row = await page.evaluate(() => {
    const nav = document.querySelector(".masthead nav");
    nav.append(...Array.from({ length: 30 }, () => nav.lastElementChild.cloneNode(true)));
    return nav.clientWidth > 600 && nav.scrollWidth - nav.clientWidth;
  });
  if (row > 0) say(`${row} pixels of a long row of sections are out of a mouse's reach`);
  const named = await page.evaluate(() => {
    for (const one of document.querySelectorAll(".name, .kicker, .outlets, .more a, main h2 a")) one.textContent = "Nachrichten".repeat(12);
    return document.documentElement.scrollWidth - document.documentElement.clientWidth;
  });
  if (named > 0) say(`with names of 132 letters is ${named} pixels wider than the window`);
  if (cropped.length) say(`crops words that are spaced out: ${cropped.join("; ")}`);
  const cut = await page.evaluate(() => [...document.querySelectorAll(".health")].some((one) => one.parentElement.scrollWidth > one.parentElement.clientWidth));
  if (cut) say("the health of sources is cut off");
  page.removeAllListeners();
  return { found, passed: passes.length };
}

async function main() {
  const browser = await chromium.launch({ executablePath, args: process.getuid() === 0 ? ["--no-sandbox"] : [] });
  const told = { axe: require("axe-core/package.json").version, browser: browser.version(), looked: 0, passed: 0, found: [] };
  for (const settings of looks) {
    const page = await (await browser.newContext(settings)).newPage();
    for (const address of paths) {
      const { found, passed } = await look(page, address, `${settings.colorScheme}, ${settings.viewport.width} px`);
      told.looked += 1;
      told.passed += passed;
      told.found.push(...found);
    }
  }
  await browser.close();
  console.log(JSON.stringify(told));
}

main();
