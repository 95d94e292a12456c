// Small touches for those who allow scripts; every page works without.
// What a visitor chose, in this browser alone; where it keeps nothing, until the page is left.
const kept = (() => {
  try {
    return window.localStorage;
  } catch {
    return {};
  }
})();

// j and k step through the stories of a page, / goes to the search field. The page about them turns them off (WCAG 2.1.4).
document.addEventListener("keydown", (event) => {
  if (kept.shortcuts === "off" || event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) return;
  if (event.key === "/") {
    event.preventDefault();
    document.querySelector(".search input, .finder input").focus();
  }
  if (event.key === "j" || event.key === "k") {
    const links = [...document.querySelectorAll(stories)];
    const at = links.indexOf(document.activeElement);
    const next = links[Math.max(0, Math.min(links.length - 1, at + (event.key === "j" ? 1 : -1)))];
    if (next) next.focus();
  }
});

for (const button of document.querySelectorAll("[data-shortcuts]")) {
  const say = () => (button.textContent = kept.shortcuts === "off" ? "Turn these keys on" : "Turn these keys off");
  button.closest("section").hidden = false;
  button.addEventListener("click", () => {
    kept.shortcuts = kept.shortcuts === "off" ? "on" : "off";
    say();
  });
  say();
}

// The row of sections is wider than a phone: the current one is brought into view, and what a key leads to, which browsers leave half
// out of sight. (Not what a mouse presses: it would move away from below it.)
const row = document.querySelector(".masthead nav");
const show = (link) => (row.scrollLeft = link.offsetLeft - row.offsetLeft - (row.clientWidth - link.offsetWidth) / 2);
for (const current of row.querySelectorAll("[aria-current]")) show(current);
row.addEventListener("focusin", ({ target }) => target.matches("a:focus-visible") && show(target));

// Addresses of feeds can be copied where the browser lets us (a secure page).
if (navigator.clipboard) {
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.textContent = "Copied";
    });
  }
}

// The addresses of feeds lie over the page: Escape and a click elsewhere fold them in, but not a selection of them that ends elsewhere.
let pressed; // with the mouse or a key: Enter clicks, too
for (const kind of ["mousedown", "keydown"]) document.addEventListener(kind, (event) => (pressed = event.target));
for (const kind of ["keydown", "click"]) {
  document.addEventListener(kind, (event) => {
    const sheet = document.querySelector(".subscribe[open]");
    if (!sheet || (kind === "click" ? sheet.contains(event.target) || sheet.contains(pressed) : event.key !== "Escape")) return;
    if (sheet.contains(document.activeElement)) sheet.querySelector("summary").focus();
    sheet.open = false;
  });
}

// A page that stays open asks now and then whether there are stories that it does not show, and says so; it never moves what is being
// read. What else changes, such as the charts with each hour, is no news.
const stories = ".card h2 a, .card h3 a, .ticker a";
const addresses = (page) => [...page.querySelectorAll(stories)].map((link) => link.getAttribute("href"));
const shown = new Set(addresses(document));
const told = document.createElement("div"); // there before it has anything to say, so that screen readers say it
told.setAttribute("role", "status");
async function look() {
  if (document.hidden || document.querySelector(".fresh")) return;
  try {
    const got = await fetch(location.href, { cache: "no-cache" });
    const page = new DOMParser().parseFromString(await got.text(), "text/html");
    if (got.ok && addresses(page).some((address) => !shown.has(address))) {
      const [href] = location.href.split("#"); // with a place in the page, the link would only go there
      const link = Object.assign(document.createElement("a"), { className: "fresh", href, textContent: "There is news" });
      told.replaceChildren(link); // the timer and a page that is shown again may ask at once
    }
  } catch {
    // offline: the next look tells
  }
}
const further = new URLSearchParams(location.search).get("page") > 1; // of a month: news only moves stories there from the page before
if (!further && document.querySelector(".card, h1 + .empty")) { // the front page too, while it waits for the first news
  document.body.append(told);
  setInterval(look, 180000);
  document.addEventListener("visibilitychange", look);
}
