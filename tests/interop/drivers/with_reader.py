"""Subscribe with the `reader` library, update, print what it holds."""

import json
import sys
from pathlib import Path

import reader as library

url, folder = sys.argv[1:]
reader = library.make_reader(str(Path(folder) / "reader.sqlite"))
reader.add_feed(url, exist_ok=True)
told = 0  # scheduled=False: now, though Cache-Control says that nothing changes before the next quarter of an hour
for result in reader.update_feeds_iter(scheduled=False):
    if isinstance(result.value, Exception):
        raise result.value
    if result.value is not None:
        told += result.value.new + result.value.modified
entries = []
for entry in reader.get_entries():
    content = entry.get_content()
    entries.append({"id": entry.id, "title": entry.title, "link": entry.link, "body": content.value if content else ""})
print(json.dumps({"version": library.__version__, "told": told, "entries": entries}))
