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
    const links = [...document.querySelectorAll(".card h2 a, .card h3 a, .ticker a")];
    const at = links.indexOf(document.activeElement);
    const next = links[Math.max(0, Math.min(links.length - 1, at + (event.key === "j" ? 1 : -1)))];
    if (next) next.focus();
  }
});

for (const button of document.querySelectorAll("[data-shortcuts]")) {
  const say = () => (button.textContent = kept.shortcuts === "off" ? "Turn these keys on" : "Turn these keys off");
  button.hidden = false;
  button.addEventListener("click", () => {
    kept.shortcuts = kept.shortcuts === "off" ? "on" : "off";
    say();
  });
  say();
}

// The row of sections is wider than a phone: the current one is brought into view.
for (const current of document.querySelectorAll(".masthead nav [aria-current]")) {
  const row = current.parentElement;
  row.scrollLeft = current.offsetLeft - row.offsetLeft - (row.clientWidth - current.offsetWidth) / 2;
}

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

// A page that stays open asks now and then whether there is news, and says so; it never moves what is being read.
const tags = {};
const told = document.createElement("div"); // there before it has anything to say, so that screen readers say it
told.setAttribute("role", "status");
async function look() {
  if (document.hidden) return;
  try {
    const got = await fetch(location.href, { method: "HEAD", cache: "no-cache" });
    const tag = got.headers.get("ETag");
    if (!got.ok || !tag) return;
    if (tags.first && tags.first !== tag && !document.querySelector(".fresh")) {
      const link = Object.assign(document.createElement("a"), { className: "fresh", href: location.href, textContent: "There is news" });
      told.append(link);
    }
    tags.first ??= tag;
  } catch {
    // offline: the next look tells
  }
}
if (document.querySelector(".card")) {
  document.body.append(told);
  look();
  setInterval(look, 180000);
  document.addEventListener("visibilitychange", look);
}
