// Fetch and parse with rss-parser's own client.
const Parser = require("rss-parser");
const { version } = require("rss-parser/package.json");

new Parser().parseURL(process.argv[2]).then((feed) => {
  const entries = feed.items.map((item) => ({
    id: item.guid ?? item.id,
    title: item.title,
    link: item.link,
    body: item["content:encoded"] ?? item.content,
  }));
  console.log(JSON.stringify({ version, told: null, entries }));
});
