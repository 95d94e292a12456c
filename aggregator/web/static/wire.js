// Small touches for those who allow scripts; every page works without.
// j and k step through the stories of a page, / goes to the search field.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) return;
  if (event.key === "/") {
    event.preventDefault();
    document.querySelector(".search input").focus();
  }
  if (event.key === "j" || event.key === "k") {
    const links = [...document.querySelectorAll(".card h2 a, .card h3 a")];
    const at = links.indexOf(document.activeElement);
    const next = links[Math.max(0, Math.min(links.length - 1, at + (event.key === "j" ? 1 : -1)))];
    if (next) next.focus();
  }
});
