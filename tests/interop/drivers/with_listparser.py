"""Read an OPML file with listparser; print its feeds, or fail with what it found wrong."""

import json
import sys
from pathlib import Path

import listparser

parsed = listparser.parse(Path(sys.argv[1]).read_bytes())
if parsed.bozo:
    raise parsed.bozo_exception
print(json.dumps({"version": listparser.__version__, "feeds": [[feed.title, feed.url] for feed in parsed.feeds]}))
