"""rss2email: an entry is a letter, a change of it another letter in reply."""

from __future__ import annotations

import mailbox
from email.header import decode_header, make_header
from pathlib import Path

from interop.seen import Seen, number, program, run

CONFIG = """[DEFAULT]
from = wire@wire.example
to = reader@reader.example
email-protocol = maildir
maildir-path = {folder}/mail
html-mail = True
reply-changes = True
"""


class Rss2email:
    remembers = follows = True

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.program = program("r2e", "rss2email")
        (folder / "config").write_text(CONFIG.format(folder=folder))
        (folder / "mail").mkdir()

    @property
    def version(self) -> str:
        return number(run([self.program, "--version"], self.folder))

    def call(self, *arguments: str) -> None:
        run([self.program, "-c", "config", "-d", "data.json", *arguments], self.folder)

    def subscribe(self, url: str) -> None:
        self.call("add", f"feed{len(list(self.folder.iterdir()))}", url)

    def refresh(self) -> int:
        before = len(self._letters())
        self.call("run")
        return len(self._letters()) - before

    def _letters(self) -> list[mailbox.MaildirMessage]:
        box = mailbox.Maildir(self.folder / "mail" / "INBOX")
        letters = [box[key] for key in box.keys()]  # noqa: SIM118  # a Maildir iterates over its messages
        return sorted(letters, key=lambda letter: str(letter["Date"]))

    def entries(self) -> list[Seen]:
        """The latest letter of each conversation."""
        latest: dict[str, Seen] = {}
        for letter in sorted(self._letters(), key=lambda one: "In-Reply-To" in one):
            title = str(make_header(decode_header(letter["Subject"])))
            body = bytes(letter.get_payload(decode=True)).decode()
            latest[title] = Seen(str(letter["X-RSS-ID"]), title, str(letter["X-RSS-URL"]), body)
        return list(latest.values())
