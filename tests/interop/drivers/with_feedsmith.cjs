// Parse with feedsmith, fetched as a program does that remembers the ETag. An OPML file is read as OPML.
const fs = require("node:fs");
const path = require("node:path");
const { parseFeed, parseOpml } = require("feedsmith");

const modules = process.env.NODE_PATH;
const { version } = JSON.parse(fs.readFileSync(path.join(modules, "feedsmith/package.json"), "utf8"));
const [address, folder] = process.argv.slice(2);

const shapes = {
  rss: (item) => ({ id: item.guid.value, title: item.title, link: item.link, body: item.content.encoded }),
  atom: (entry) => ({
    id: entry.id,
    title: entry.title.value ?? entry.title,
    link: entry.links.find((link) => (link.rel ?? "alternate") === "alternate").href,
    body: entry.content.value ?? entry.content,
  }),
  json: (item) => ({ id: item.id, title: item.title, link: item.external_url ?? item.url, body: item.content_html }),
};

async function read() {
  const memory = path.join(folder, "memory.json");
  let known = fs.existsSync(memory) ? JSON.parse(fs.readFileSync(memory, "utf8")) : {};
  const answer = await fetch(address, { headers: known.etag ? { "If-None-Match": known.etag } : {} });
  if (answer.status !== 304) {
    const { format, feed } = parseFeed(await answer.text());
    known = { etag: answer.headers.get("etag"), entries: (feed.items ?? feed.entries).map(shapes[format]) };
    fs.writeFileSync(memory, JSON.stringify(known));
  }
  return { version, told: null, entries: known.entries };
}

if (folder) {
  read().then((told) => console.log(JSON.stringify(told)));
} else {
  const outlines = parseOpml(fs.readFileSync(address, "utf8")).body.outlines;
  console.log(JSON.stringify({ version, feeds: outlines.map((one) => [one.text, one.xmlUrl]) }));
}
