"""Broken files: each is refused at an exact place, in words that say what was expected."""

from __future__ import annotations

import time

import pytest

from aggregator.config import suggest
from aggregator.config.compile import compile_texts
from aggregator.errors import ConfigError

SOURCE = "sources:\n  - name: A\n    url: https://a.example/f\n"
PAGE = "/stories/744d4142-272d-5a29-b049-1d20f9f8a3b8"
RULES = "sections:\n  - id: a\n    words: [x, y]\n"

# text, line:column, words of the message
YAML = [
    ("", "1:1", ["empty", "sources:"]),
    ("# only a comment\n", "1:1", ["empty but for comments"]),
    ("- a\n", "1:1", ["keys and values", "a list"]),
    ("<" + RULES, "1:1", ["did you mean `sections`?"]),
    ("site:\x07 {}\n", "1:6", ["U+0007", "delete"]),
    ("\ufeffsite: {}\n", "1:1", ["U+FEFF", "delete"]),  # a second one: the file's own was taken off already
    ("hello\n", "1:1", ["keys and values", "text"]),
    ("sources:\n  - name: A\n    url", "3:5", ["key: value"]),
    ("site:\n  title:A\n\n  language: en\n", "2:3", ["space", "colon"]),
    ("sources:\n  - name:A\n    url: https://a.example/\n", "2:5", ["space", "colon"]),
    ("sources:\n  - name: A\n    url:\u00a0https://a.example/\n    every: 5m\n", "3:9", ["U+00A0", "type a space"]),
    ("site:\n  \u00a0\n  title: A\n", "2:3", ["U+00A0", "type a space"]),
    ("sources:\n  - name: A\n\u00a0   url: https://a.example/\n", "3:1", ["U+00A0", "type a space"]),
    (RULES + "\u3000\u3000title: A\n", "4:1", ["U+3000", "type a space"]),
    ("sections:\n  - id: a\n    words:\n      - x\n      -\u00a0y\n", "5:8", ["U+00A0", "type a space"]),
    ("sections:\n  - id: a\n    words:\n      - x\n      - #y\n", "5:8", ["comment", "quote"]),
    (RULES.replace(" [x, y]", "\n      - x\n        y:z\n        title: A"), "5:9", ["space", "colon"]),
    ("sections:\n  - id: a\n    words: [x, #y, z]\n    not: [z]\n", "4:13", ["line 3", "quote", "#"]),
    ("site: {}\n<<<<<<< HEAD\nsources: []\n=======\ntopics: []\n>>>>>>> x\n", "2:1", ["conflict"]),
    (SOURCE + "<<<<<<< HEAD\n  - name: B\n=======\n  - name: C\n>>>>>>> x\n", "4:1", ["conflict"]),
    ("<<<<<<< HEAD\nsite: {}\n=======\nsite: {title: A}\n>>>>>>> x\nsources: []\n", "1:1", ["conflict"]),
    ("# A\n<<<<<<< HEAD\n# B\n||||||| 1a2b3c4\n# C\n=======\n# D\n>>>>>>> x\nsite:\n  title: A\n", "2:1", ["conflict"]),
    ("sections:\n  - id: a\n    words:\n<<<<<<< HEAD\n      - b\n=======\n      - c\n>>>>>>> x\n", "4:1", ["conflict"]),
    ("site:\n  title: “News: all”\n", "2:15", ['`“` is no quote to YAML: type "']),
    ("sources:\n  - {name: „Post: Asia“, url: https://x.example/y}\n", "2:17", ["`„` is no quote"]),
    ("topics:\n  - id: a\n    examples:\n      - “Ukraine: day 900”\n", "4:9", ["`“` is no quote"]),
    ("sources:\n  - {name: A url: https://x.example/y}\n", "2:17", ["put a comma before the next key"]),
    ("sources:\n  - {name: A, B, url: https://x.example/y}\n", "2:15", ["in { } quote text that contains a comma"]),
    (SOURCE + "    name: B\n    enabled: true\n", "4:5", ["duplicate key", "or begin another entry with `- `"]),
    ("site: {}\nsources\n  - name: A\n", "2:1", ["without a colon"]),
    ("site:\n  url: https://a.example/%zz\n", "2:8", ["%25"]),
    ("site:\n  title：A\n  language: de\n", "2:8", ["`：` is no colon"]),
    ("site:\n  language: de\n  title：A\nsources: []\n", "3:8", ["`：` is no colon"]),
    ("sources:\n  - name: A\n    url: https://a.example/f\n  – name: B\n", "4:3", ["`–` is no dash"]),
    ("site: {language: de_DE.UTF-8}\n", "1:18", ["did you mean de-DE?"]),
    (SOURCE + "    headers: A\n", "4:14", ['{Authorization: "Bearer ${TOKEN}"}']),
    ("topics:\n  - id: a\n    words:\n    -navy\n    -army\n", "4:5", ["a space is missing after the dash"]),
    ("topics:\n  - id: a\n    words:\n    - navy\n    -army\n", "5:5", ["a space is missing after the dash"]),
    ("sources:\n\t- name: A\n", "2:1", ["tab", "spaces"]),
    ("site:\n  title: A\n\tlanguage: en\n", "3:1", ["tab", "spaces"]),
    (
        "sections:\n  - id: a\n    words: [x, *missile]\n",
        "3:16",
        ["alias", "`missile*`", '"*missile" for any beginning'],
    ),
    ("sections:\n  - id: a\n    words: [x, *überfall]\n", "3:17", ['"*brand" has any beginning']),
    ("a: &x [1]\nb: [*x, *x]\n", "1:4", ["anchor"]),
    ("site: {title: !!python/object/apply:os.system [ls]}\n", "1:15", ["tag", "delete"]),
    ("site: {title: A, title: B}\n", "1:18", ["duplicate key `title`", "line 1"]),
    (SOURCE + "    every: 5m\n    lang: en\n    every: 6m\n", "6:5", ["duplicate key `every`", "line 4"]),
    ("site:\n  <<: {title: A}\n", "2:3", ["merges"]),
    ("site: {}\n---\nsite: {}\n", "2:1", ["second document"]),
    ("site:\n  title: A\0B\n", "2:11", ["U+0000"]),
    ("site: {title: \ud800}\n", "1:15", ["U+D800"]),
    ("site: " + "[" * 21 + "]" * 21, "1:26", ["20 deep"]),
    ("? [a, b]\n: c\n", "1:3", ["key must be text"]),
    ("site:\n  title: News: all\n", "2:14", ["colon", "quote"]),
    ("site: {title: A\n", "1:16", ["{ }", "closed"]),
    ('site:\n  title: "A\n  language: en\n', "2:10", ["quote", "never closed"]),
    ('sections:\n  - id: a\n    examples: ["Quake]\n  - id: b\n    examples: ["Flood"]\n', "5:17", ["quote", "line 3"]),
    ("site:\n  title: 'A\n  language: 'en'\n", "3:14", ["quote", "line 2"]),
    ('sections:\n  - id: a\n    examples:\n      - "Hot" summer ahead\n', "4:15", ["behind a quote", "into quotes"]),
    ("sections:\n  - id: a\n    examples: ['It's hot']\n", "3:20", ["behind a quote", "into quotes"]),
    ("site:\n  title: [Live] News\n", "2:17", ["behind a bracket", "quote text"]),
    ("sections:\n  - id: a\n    words: [x,\n      y\n    title: A\n", "5:10", ["[ ]", "closed", "line 3"]),
    ("site:\n  title: @A\n", "2:10", ["quote", "@"]),
    ("site:\n  title: %A\n", "2:10", ["quote", "%"]),
    ("site:\n  title: A\n language: en\n", "3:2", ["indentation"]),
    ("# A\n\n site:\n  title: A\nsources: []\n", "5:1", ["the first key, on line 3, is indented further", "align"]),
    ("  site: {}\n sources: []\n", "2:2", ["the first key, on line 1, is indented further", "align"]),
    ("sources:\n  - name: A\n   url: x\n", "3:4", ["indentation"]),
    ("sources: [{name: A, headers: {X: Bearer ${T}}}]\n", "1:42", ["quote", "${NAME}"]),
    ("sources: [\n", "1:11", ["[ ]", "not closed"]),
    ("sources: [\n  - name: A\n", "2:3", ["[ ]", "not closed"]),
    ("site:\n  title: , and more\n", "2:10", ["comma", "quote"]),
    ("site:\n  title: |All\n", "2:11", ["quote", "|"]),
    ("site: {title: A, contact:[ x}\n", "1:25", ["quote", "colon"]),
    ("site: {title: !A}\n", "1:17", ["quote", "!"]),
    ("%site:\n  title: A\n", "1:6", ["quote", "%"]),
    ("site: {}?\n", "1:9", ["quote", "?"]),
    ("site: {}\n...\nsources: []\n", "3:1", ["`...`", "delete"]),
    ('site: {title: "a\\0b\\x1b[31m\\uFFFE"}\n', "1:15", ["U+0000", "feeds", "delete", "single quotes"]),
    ('sources:\n  - {name: "Al\\x01pha", url: "https://a.example/"}\n', "2:12", ["U+0001"]),
    ('sections: [{id: a, title: "As\\x08ia"}]\n', "1:27", ["U+0008"]),
    ('sections: [{id: a, words: [{"miss\\x1file": 2}]}]\n', "1:29", ["U+001F"]),
    ('site: {title: "\\x9b31m"}\n', "1:15", ["U+009B"]),
    ('site: {title: "a\\ud800"}\n', "1:19", ["single quotes"]),
    ('site:\n  title: "a\\u202Eb"\n', "2:10", ["U+202E", "direction", "delete"]),
    ("site:\n  title: a \u2066 b\n", "2:10", ["U+2066", "direction"]),
    ("site: {title: '${STEERING}'}\n", "1:15", ["STEERING", "U+001B"]),
    ("sources: [{name: A, url: 'https://a.example/${STEERING}'}]\n", "1:26", ["STEERING", "U+001B"]),
    ("#" * (1 << 20) + "\n", "1:1", ["1 MiB", "include"]),
    ("sources:\n  - {name: A: B, url: https://a.example/f}\n", "2:13", ["contains or ends in a colon"]),
    ('topics:\n  - id: a\n    words: ["x" "y"]\n', "3:17", ["a comma is missing between"]),
    ('site:\n  title: "C:\\xyz"\n', "2:15", ["backslash", "single quotes"]),
    ("\n<!DOCTYPE html>\n<html><head><title>GitHub</title></head>\n<body>x: y</body></html>\n", "2:1", ["a web page"]),
    ("<?xml version='1.0'?><opml><head/></opml>\n", "1:1", ["aggregator import"]),
]

KEYS = [
    ("sources:\n  - https://x.example/y\n", "2:5", ["found text; write `name: …` and `url: …`"]),
    ("sources:\n  BBC:\n    url: https://x.example/y\n", "2:3", ["a line with `- name: …` for each"]),
    ("sections: {europe: {words: [x]}}\n", "1:11", ["a line with `- id: …` for each"]),
    ("stories: {pin: [https://x.example/y]}\n", "1:17", ["write `url: …` and `section: …`"]),
    (
        "stories: {hide: [{url: https://x.example/y}]}\n",
        "1:18",
        ["expected text", "write the address alone, without `url:`"],
    ),
    ("site: World Wire\n", "1:7", ["found text; its keys are `title`, `url`"]),
    (SOURCE + "    every:\n", "4:11", ["found nothing; write it, or leave it out"]),
    ("sections:\n  - id:\u00a0a\n", "2:8", ["U+00A0", "type a space"]),
    ("sections:\n  - id: a\n\u00a0\u00a0\u00a0\u00a0title: A\n", "3:1", ["U+00A0", "type a space"]),
    ("site:\n  title:\u00a0A\n", "2:9", ["U+00A0", "type a space"]),
    (SOURCE + "    enabled:\n", "4:13", ["found nothing"]),
    ("stories: {pin: [{url: https://x.example/, section: world, until: }]}\n", "1:66", ["found nothing"]),
    ("sorces: []\n", "1:1", ["`sorces`", "did you mean `sources`"]),
    (SOURCE + "    interval: 1:30\n", "4:5", ["`interval`", "did you mean `every`"]),
    (SOURCE + "    enabledd: true\n", "4:5", ["did you mean `enabled`"]),
    ("sections:\n  - id: a\n    counterexample: []\n", "3:5", ["did you mean `counterexamples`"]),
    ("site:\r\n  title: A\r\n  titel: B\r\n", "3:3", ["did you mean `title`"]),
    ("stories: {hid: []}\n", "1:11", ["did you mean `hide`"]),
    ("stories: {pin: [{url: https://x.example/, section: world, untill: 2026-12-01}]}\n", "1:59", ["`until`"]),
    ("sources:\n  - name: A\n", "2:5", ["`url` is missing"]),
    ("sources:\n  - url: https://a.example/\n", "2:5", ["`name` is missing"]),
    ("sections: [{title: A}]\n", "1:12", ["`id` is missing"]),
    ("sources: https://a.example/\n", "1:10", ["expected a list", "text"]),
    ("sections:\n  a: {words: [x]}\n", "2:3", ["expected a list", "table"]),
    ("sources:\n  - https://a.example/\n", "2:5", ["table", "text"]),
]

SCALARS = [
    (SOURCE + "    headers: {accept: a, Accept: b}\n", "4:26", ["duplicate header `Accept`"]),
    (SOURCE + "    every: 1:30\n", "4:12", ["every", "30s, 15m", "`1:30`", "did you mean 90m"]),
    (SOURCE + "    every: 30ſ\n", "4:12", ["expected a duration such as 30s"]),  # like an s to an expression that ignores case
    (SOURCE + "    every: 15\n", "4:12", ["did you mean 15m"]),
    (SOURCE + "    every: 5 minutes\n", "4:12", ["did you mean 5m"]),
    (SOURCE + "    every: 90 mins\n", "4:12", ["did you mean 90m"]),
    (SOURCE + "    every: 2 Hours\n", "4:12", ["did you mean 2h"]),
    ("sections: [{id: a, words: [{missile*: 1,5}]}]\n", "1:41", ["such as 1.5"]),
    ("sections: [{id: a, words: ['missile*:2']}]\n", "1:28", ["`missile*: 2`"]),
    (SOURCE + "    every: 0s\n", "4:12", ["out of range", "1s", "4w"]),
    (SOURCE + "    every: 99w\n", "4:12", ["out of range"]),
    (SOURCE + "    every: 99999999999999w\n", "4:12", ["`99999999999999w` is out of range", "4w"]),
    (SOURCE + "    every: 9999999999 minutes\n", "4:12", ["found `9999999999 minutes`"]),
    (SOURCE + "    every: '٥m'\n", "4:12", ["`٥m`", "did you mean 5m?"]),
    (SOURCE + "    every: '١٥'\n", "4:12", ["did you mean 15m?"]),
    (RULES.replace("y]", "{y: '٥'}]"), "3:20", ["weight such as 2"]),
    (SOURCE + "    every:\n", "4:11", ["every", "nothing"]),
    ("defaults: {keep: 90}\n", "1:18", ["`90`", "did you mean 90d"]),
    ("defaults: {keep: 1d12h}\n", "1:18", ["expected a duration such as 30s, 15m, 2h, 7d or 2w, found `1d12h`"]),
    ("defaults: {keep: 90m}\n", "1:18", ["out of range", "from 1d"]),
    (SOURCE + "    enabled: yes\n", "4:14", ["true or false", "`yes`", "did you mean true"]),
    (SOURCE + "    enabled: NO\n", "4:14", ["did you mean false"]),
    (SOURCE + "    wrapper: on\n", "4:14", ["did you mean true"]),
    (SOURCE + "    full_text: maybe\n", "4:16", ["true or false"]),
    (SOURCE + "    full_text: [maybe]\n", "4:16", ["expected true or false, found a list"]),
    (SOURCE + "    lang: english!\n", "4:11", ["language"]),
    (SOURCE + "    labels: {Country: x}\n", "4:14", ["label", "`Country`"]),
    (SOURCE + "    labels: {a: b, Country: x, 1st: y}\n", "4:20", ["found `Country`, `1st`"]),
    (SOURCE + "    id: Big News\n", "4:9", ["as an id that is big-news"]),
    (SOURCE + "    usually: europe\nsections:\n  - id: “Europe”\n", "6:9", ["found `“Europe”`; as an id that is europe"]),
    (SOURCE + "    headers: {Host: x}\n", "4:15", ["`Host`", "delete"]),
    (SOURCE + "    headers: {referer: https://a.example/}\n", "4:15", ["`referer`", "delete"]),
    (SOURCE + "    headers: {'a b': c}\n", "4:15", ["header name", "space after the colon"]),
    (SOURCE + '    headers: {X: "a\\nSet-Cookie: b"}\n', "4:18", ["one line"]),
    ("sources:\n  - {name: A, url: ftp://x.example/y}\n", "2:20", ["http or https"]),
    ("sources:\n  - {name: A, url: javascript:alert(1)}\n", "2:20", ["http or https"]),
    ("sources:\n  - {name: A, url: file:///etc/passwd}\n", "2:20", ["http or https"]),
    ("sources:\n  - {name: A, url: www.bbc.co.uk/rss}\n", "2:20", ["did you mean https://www.bbc.co.uk/rss"]),
    ("sources:\n  - {name: A, url: 'https://http://x.example/y'}\n", "2:20", ["did you mean http://x.example/y?"]),
    ("sources:\n  - {name: A, url: 'https://x..example/y'}\n", "2:20", ["expected an http or https address"]),
    ("sources:\n  - {name: A, url: 'https://a.example:99999/y'}\n", "2:20", ["port", "65535"]),
    ("sources:\n  - {name: A, url: 'https://.example/y'}\n", "2:20", ["expected an http or https address"]),
    ("sources:\n  - {name: A, url: feed://x.example/y}\n", "2:20", ["did you mean https://x.example/y"]),
    ("sources:\n  -name: A\n   url: https://x.example/y\n", "3:7", ["the line above: a space is missing after the dash"]),
    ("sources:\n  -name: A\n  url: https://x.example/y\n", "2:3", ["found a table", "a space is missing after the dash"]),
    ("topics:\n  - id: a\n    words:\n      -navy\n      -army\n", "4:7", ["found text; a space is missing after the dash"]),
    ("sources:\n  - name:A\n    url:https://x.example/y\n", "2:5", ["found text; a space is missing after the colon"]),
    ("sources:\n  - {name: A, url: “https://x.example/y”}\n", "2:20", ["did you mean https://x.example/y?"]),
    ("sources:\n  - {name: A, url: <https://x.example/y>}\n", "2:20", ["did you mean https://x.example/y?"]),
    ("sources:\n  - {name: A, url: x.example/«y»}\n", "2:20", ["did you mean https://x.example/«y»?"]),
    ("sources:\n  - {name: A, url: \u200ehttp://x.example/y}\n", "2:20", ["did you mean http://x.example/y?"]),
    (SOURCE.strip() + "\u200b\n", "3:10", ["the invisible character U+200B: delete it"]),
    ("sources:\n  - {name: A, url: https://a b.example/}\n", "2:20", ["white space; delete it, or write it as %20"]),
    ("sources:\n  - {name: A, url: https://a.example/ https://b.example/}\n", "2:20", ["write each address by itself"]),
    ("sources:\n  - {name: A, url: 'https:///x'}\n", "2:20", ["url"]),
    ("site: {url: 'https://x.example/a?b'}\n", "1:13", ["cannot have a query"]),
    ("site: {timezone: Europe/Berln}\n", "1:18", ["did you mean `Europe/Berlin`"]),
    ("site: {contact: nobody}\n", "1:17", ["e-mail"]),
    ("site: {reload: atuo}\n", "1:16", ["auto or manual", "did you mean `auto`"]),
    ("defaults: {retry_after: sources}\n", "1:25", ["host or source", "did you mean `source`"]),
    (SOURCE + "    retry_after: none\n", "4:18", ["host or source"]),
    ("allow_private: ['http://10.0.0.1/']\n", "1:17", ["without http://", "did you mean 10.0.0.1"]),
    ("allow_private: [10.0.0.0/33]\n", "1:17", ["127.0.0.1 or 10.0.0.0/8"]),
    ("allow_private: [nas.local, a b]\n", "1:28", ["host"]),
    ("publishers: [{name: A, domains: ['https://www.a.example/x']}]\n", "1:34", ["did you mean a.example"]),
    ("publishers: [{name: A, domains: ['*.a.example']}]\n", "1:34", ["did you mean a.example"]),
    ("publishers: [{name: A, domains: [www.a.example]}]\n", "1:34", ["did you mean a.example"]),
    ("publishers: [{name: A, domains: [localhost]}]\n", "1:34", ["expected a domain such as bbc.co.uk, found `localhost`"]),
    ("stories: {pin: [{url: https://x.example/, section: world, until: soon}]}\n", "1:66", ["2026-12-01"]),
    ("stories: {join: [[https://x.example/]]}\n", "1:18", ["two addresses"]),
    ("stories: {join: [https://x.example/]}\n", "1:18", ["[[a, b]", "for each story"]),
]  # fmt: skip

GRAMMAR = [
    ("words: ['(a+)+$']", "3:13", ["not patterns"]),
    ("words: ['^x']", "3:13", ["not patterns"]),
    ("words: ['[a-z]']", "3:13", ["not patterns"]),
    (r"words: ['\bwar\b']", "3:13", ["not patterns"]),
    ("words: [m*le]", "3:13", ["not patterns", "missile*"]),
    ("words: ['missile* strike']", "3:13", ["end of the whole phrase"]),
    ("words: ['*']", "3:13", ["lone *"]),
    ("words: [a*]", "3:13", ["2 letters"]),
    ("words: [CVE-*]", "3:13", ["directly beside a letter", "did you mean `CVE*`"]),
    ("words: ['*-brand']", "3:13", ["directly beside a letter", "did you mean `*brand`"]),
    ("words: ['*er']", "3:13", ["3 letters or more after it"]),
    ("words: ['**brand']", "3:13", ["not patterns"]),
    ("words: ['']", "3:13", ["nothing"]),
    ("words: [—]", "3:13", ["no letter or digit"]),
    ("words: [ok, {x: 0}]", "3:21", ["more than 0", "never"]),
    ("words: [{x: -1}]", "3:17", ["more than 0"]),
    ("words: [{x: 1000}]", "3:17", ["at most 100"]),
    ("words: [{m*le: 2}]", "3:14", ["not patterns"]),
    ("words: [{x: much}]", "3:17", ["`x` takes a weight such as 2"]),
    ("words: [Iran: nuclear talks]", "3:19", ["`Iran` takes a weight", "quote a phrase that contains a colon"]),
    ("words: [{x: {y: 2}}]", "3:17", ["`x` takes a weight such as 2 or 0.5, found a table"]),
    ("words: [{all: [a, b], weight: much}]", "3:35", ["`all` takes a weight such as 2"]),
    ("words: [{x:2}]", "3:17", ["weight such as 2", "space comes after the colon"]),
    ("words: [{x: .nan}]", "3:17", ["weight"]),
    ("words: [{a: 1, b: 2}]", "3:13", ["one word", "a line for each"]),
    ("words: [{}]", "3:13", ["empty table"]),
    ("words: [[a]]", "3:13", ["found a list", "{all: [a | b, c]}"]),
    ("words: [{x: 2, unless: [y]}]", "3:28", ["`unless` stands beside `all`"]),
    ("words: [{unless: [y]}]", "3:22", ["`unless` stands beside `all`"]),
    ("words: [{all: [x]}]", "3:19", ["2 to 8"]),
    ("words: [{all: [x, x]}]", "3:19", ["twice"]),
    ("words: [{all: [x, y | x]}]", "3:19", ["twice"]),
    ("words: [{all: [x, y | y]}]", "3:23", ["twice"]),
    ("words: [{all: [x, y |]}]", "3:23", ["`y |`", "between two words"]),
    ("words: [{all: [x, y | (]}]", "3:23", ["not patterns"]),
    ("words: [x, y | z]", "3:16", ["`y | z`", "a line each", "{all: [a | b, c]}"]),
    (f"words: [{{all: [x, {' | '.join(f'y{n}' for n in range(101))}]}}]", "3:23", ["101 words between |, 100 are"]),
    ("words: [{all: [x, y], unless: z}]", "3:35", ["`unless` takes a list"]),
    ("words: [{all: [x, y], unless: []}]", "3:35", ["1 to 100 words, found 0"]),
    ("words: [{all: [x, y], unless: [ok, '(']}]", "3:40", ["not patterns"]),
    ("words: [{all: [ok, y], unless: [z, ok]}]", "3:40", ["`ok` is a word of `all` too"]),
    ("words: [{all: [x, y | ok], unless: [ok]}]", "3:41", ["`ok` is a word of `all` too"]),
    ("words: [{all: [x, y], unless: [ok, z, ok]}]", "3:43", ["`unless` names a word twice"]),
    ("words: [{all: ['ok |', y]}]", "3:20", ["`ok |`", "between two words"]),
    ("words: [{all: [a | | b, y]}]", "3:20", ["`a | | b`", "between two words"]),
    ("words: [{all: [a || b, y]}]", "3:20", ["`a || b`", "between two words"]),
    ("words: [{all: [y, '|']}]", "3:23", ["`|`", "between two words"]),
    ("words: [{all: [x, y], unles: [z]}]", "3:27", ["`unles`", "did you mean `unless`"]),
    ("never: [{all: [a, b], unless: [c]}]", "3:13", ["without a weight"]),
    ("words: [{all: [x, '(']}]", "3:23", ["not patterns"]),
    ("words: [{all: [x, y], wieght: 2}]", "3:27", ["`wieght`", "did you mean `weight`"]),
    ("words: x", "3:12", ["expected a list"]),
    ("not: [{x: 2}]\n    words: [x]", "3:11", ["without a weight"]),
    ("not: [{all: [a, b], weight: 3}]\n    words: [x]", "3:11", ["without a weight"]),
    ("not: [{all: [a, b], unless: [c]}]\n    words: [x]", "3:11", ["without a weight"]),
    ("not: [x]", "3:10", ["neither"]),
    ("never: [{x: 2}]", "3:13", ["without a weight"]),
    ("never: [{all: [a, b], weight: 3}]", "3:13", ["without a weight"]),
    ("places: [CN, XX]", "3:18", ["`XX`", "not a known place"]),
    ("places: [chinese]", "3:14", ["did you mean `CN`"]),
    ("places: [RUS]", "3:14", ["`RUS` is not a known place; the codes of countries are those of two letters"]),
    ("places: [south-east-asia]", "3:14", ["did you mean `south-eastern-asia`"]),
    ("places: [asia-n]", "3:14", ["did you mean `asia`"]),
    ("places: [natto]", "3:14", ["did you mean `nato`"]),
    ("places: [middel-east]", "3:14", ["did you mean `middle-east`"]),
    ("places: [{RUS: 2}]", "3:14", ["`RUS` is not a known place"]),
    ("places: [Middle East]", "3:14", ["did you mean `middle-east`"]),
    ("places: [South Korea]", "3:14", ["did you mean `KR`"]),
    ("places: [U.S.]", "3:14", ["did you mean `US`"]),
    ("places: [Gulf states]", "3:14", ["did you mean `gulf`"]),
    ("places: [baltics]", "3:14", ["did you mean `baltic`"]),
    ("places: [Phillipines]", "3:14", ["did you mean `PH`"]),
    ("places: [southern-african]", "3:14", ["did you mean `southern-africa`"]),
    ("places: [MENA]", "3:14", ["`MENA` is not a known place; docs/configuration.md lists all"]),
    ("places: [Bosnia & Herzegovina]", "3:14", ["did you mean `BA`"]),
    ("places: [Côte d’Ivoire]", "3:14", ["did you mean `CI`"]),
    ("places:\n      – CN", "4:7", ["expected a list, found text", "`–`", "`- `"]),
    ("words:\n      • x", "4:7", ["expected a list, found text", "`•`", "`- `"]),
    ("words:\n      -\u00a0x", "4:7", ["expected a list, found text", "a space is missing after the dash"]),
    ("words: [{al: [x, y]}]", "3:18", ["`al` takes a weight, found a list; did you mean `all`?"]),
    ("places: [scandinavia]", "3:14", ["did you mean `nordic`"]),
    ("places: [south-afrika]", "3:14", ["did you mean `ZA`"]),
    ("examples:\n      - Ukraine: day 900", "4:9", ["quote a headline"]),
]

ACROSS = [
    (SOURCE + "  - {name: a, url: https://b.example/}\n", "4:12", ["`a`", "line 2"]),
    (SOURCE + "  - {name: B, url: 'HTTPS://A.example:443/f#x'}\n", "4:20", ["source `a`", "line 3"]),
    (SOURCE + "    usually: defence\nsections: [{id: defense, words: [tank]}]\n", "4:14", ["did you mean `defense`"]),
    (SOURCE + "    usually: defense\nsections: [{id: world}]\n", "4:14", ["there is only `world`"]),
    (SOURCE + "    usually: x\n" + RULES.replace("y]}", "y]}\n  - {id: world}"), "4:14", ["there are `a`, `world`"]),
    (SOURCE + "    section: x\n", "4:14", ["no section `x`", "`world`"]),
    (SOURCE + "    section: a\n    usually: a\n" + RULES, "5:14", ["keep one"]),
    (SOURCE + "    was: [a]\n", "4:11", ["own id"]),
    (SOURCE + "  - {name: B, url: https://b.example/, was: [a]}\n", "4:46", ["source on line 2"]),
    (SOURCE + "    was: [o]\n  - {name: B, url: https://b.example/, was: [o]}\n", "5:46", ["line 4"]),
    ("sources: [{name: 新华网, url: https://x.example/}]\n", "1:18", ["add one", "id:"]),
    (RULES + "  - {id: a}\n", "4:10", ["section id `a`", "line 2"]),
    ("topics: [{id: t, words: [x]}, {id: t, words: [y]}]\n", "1:36", ["topic id `t`"]),
    ("publishers:\n  - {name: A, aliases: [X]}\n  - {name: C, aliases: [x]}\n", "3:25", ["`A`", "line 2"]),
    ("publishers:\n  - {name: A}\n  - {name: C, aliases: [The A]}\n", "3:25", ["`A`"]),
    ("publishers:\n  - {name: A, domains: [x.example]}\n  - {name: C, domains: [x.example]}\n", "3:25", ["`A`"]),
    ("publishers:\n  - {name: A, aliases: [X]}\n  - {name: x}\n", "3:12", ["`x` belongs to publisher `A`", "line 2"]),
    ("publishers: [{name: A}, {name: A}]\n", "1:32", ["duplicate publisher `A`"]),
    ("stories: {pin: [{url: https://x.example/, section: b}]}\n" + RULES, "1:52", ["no section `b`"]),
    (f"site: {{url: https://w.example/news}}\nstories: {{hide: [https://w.example/news{PAGE}]}}\n", "2:18", ["article"]),
    (f"stories: {{split: [http://127.0.0.1:8000{PAGE}]}}\n", "1:19", ["article"]),
    (f"stories: {{join: [[https://x.example/, http://localhost:8000{PAGE}]]}}\n", "1:18", ["article"]),
    (f"stories: {{pin: [{{url: http://127.0.0.1:8000{PAGE}, section: world}}]}}\n", "1:17", ["article"]),
    ("stories: {hide: [https://X.example], pin: [{url: https://x.example/, section: world}]}\n", "1:50", ["pinned and hidden"]),
    ("include: [../x.yaml]\n", "1:11", ["in the folder of this file or below"]),
    ("include: [/etc/passwd]\n", "1:11", ["in the folder of this file or below"]),
    ("include: [gone.yaml]\n", "1:11", ["does not exist"]),
    ("include: [feeds.yaml]\n", "1:11", ["included already"]),
    ("include: ['sources-*.yaml']\n", "1:11", ["does not exist", "no patterns, list each file"]),
    ("sources: [{name: A, url: 'https://a.example/${NOPE}'}]\n", "1:26", ["variable NOPE is not set"]),
    (SOURCE + "    headers: {Authorization: 'Bearer ${NOPE}'}\n", "4:30", ["variable NOPE is not set"]),
    ("site: {title: '${AGGREGATOR_DATABASE_URL}'}\n", "1:15", ["AGGREGATOR_DATABASE_URL opens the archive"]),
    ("sources: [{name: A, url: 'https://a.example/?${PGPASSWORD}'}]\n", "1:26", ["PGPASSWORD opens the archive"]),
    ("sources: [{name: A, url: 'https://a.example/${SPACED}'}]\n", "1:26", ["white space", "value of a variable"]),
    ("site: {title: '${BLANK}'}\n", "1:15", ["BLANK", "empty"]),
    ("site: {title: '${A-B}'}\n", "1:15", ["${NAME}", "$${"]),
    ("site: {title: '${OPEN'}\n", "1:15", ["${NAME}"]),
]  # fmt: skip

GRAMMAR_FILES = [(f"sections:\n  - id: a\n    {text}\n", at, words) for text, at, words in GRAMMAR]


def problems(text: str) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        compile_texts({"feeds.yaml": text}, {"BLANK": " ", "SPACED": "a b", "STEERING": "a\x1b[2J"})
    return tuple(str(problem) for problem in caught.value.problems)


@pytest.mark.parametrize(("text", "at", "words"), YAML + KEYS + SCALARS + GRAMMAR_FILES + ACROSS)
def test_refused_with_its_place_and_advice(text: str, at: str, words: list[str]) -> None:
    first, *others = problems(text)
    assert not others or (text, at, words) in YAML, "one fault is told once"
    assert first.startswith(f"feeds.yaml:{at}: ")
    missing = [word for word in words if word not in first]
    assert not missing, first


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "allow_private: ['http://']\n",
            "1:17: allow_private: expected a host or network without http://, found <an address>",
        ),
        ("sources:\n  - {name: A, url: }\n", "2:20: url: expected text, found nothing; write it"),
        (
            "publishers: [{name: A, domains: [a!.example]}]\n",
            "1:34: domains: expected a domain such as bbc.co.uk, found `a!.example`",
        ),
        (
            SOURCE + "    publisher: {name: BBC, url: https://bbc.example}\n",
            "4:16: publisher: expected text, found a table of keys and values",
        ),
        (
            "publishers:\n  - name: A\n    foo:\n    domains: [a.example]\n",
            "3:5: unknown key `foo`; there are `name`, `aliases`, `domains`, `labels`",
        ),
        (
            "site:\n  title: The “Hot” summer: all\n",
            '2:26: invalid YAML: a colon followed by a space starts a value: quote text that contains one ("Ukraine: day 900"), '
            "or fix the indentation",
        ),
        (
            "topics: [{id: a, examples: [’Tis a: b: c]}]\n",
            "1:38: invalid YAML: inside { } or [ ] quote text that contains or ends in a colon, or put a comma before the next key",
        ),
        ("topics: [{id: a, words: [{quad: [b, c]}]}]\n", "1:33: words: `quad` takes a weight, found a list"),
        (
            "topics:\n  - id: a\n    words:\n      - 台湾：有事\n      - [x\n",
            "5:11: invalid YAML: a list in [ ] is not closed, or a comma is missing",
        ),
        (
            "defaults: {every: 1 Std}\n",
            "1:19: every: expected a duration such as 30s, 15m, 2h, 7d or 2w, found `1 Std`",
        ),
    ],
)
def test_no_advice_is_given_that_does_not_help(text: str, told: str) -> None:
    assert problems(text) == (f"feeds.yaml:{told}",)


@pytest.mark.parametrize("text", ["site: {reload: never}\n", "defaults: {retry_after: bla}\n"])
def test_choices_are_named_once(text: str) -> None:
    (told,) = problems(text)
    assert told.count("auto") + told.count("source") == 1


def test_all_faults_of_a_file_are_told_at_once_in_its_order() -> None:
    text = (
        SOURCE
        + "    every: 1x\n    enabledd: true\n    usually: nope\n  - {name: B, url: x}\n"
        + "site: {timezone: Mars, titel: A}\nsections: [{id: a, words: [x, (]}]\nsite: {}\n"
    )
    places = [problem.split(": ", 1)[0] for problem in problems(text)]
    assert places == [
        "feeds.yaml:4:12", "feeds.yaml:5:5", "feeds.yaml:6:14", "feeds.yaml:7:20", "feeds.yaml:8:18",
        "feeds.yaml:8:24", "feeds.yaml:9:31", "feeds.yaml:10:1",
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["site: " + "[" * 500_000, "[" * 500_000, "- " * 400_000, "{a: " * 200_000])
def test_deep_nesting_is_refused_quickly(text: str) -> None:
    before = time.process_time()
    (first,) = problems(text)
    assert "deep" in first
    assert time.process_time() - before < 5


def test_an_alias_bomb_is_refused_before_it_grows() -> None:
    lines = ["a0: &a0 [x, x]"] + [f"a{i}: &a{i} [*a{i - 1}, *a{i - 1}]" for i in range(1, 60)]
    assert "anchor" in problems("\n".join(lines))[0]


def test_a_secret_is_in_no_message() -> None:
    text = (
        "sources:\n  - name: A\n    url: ${KEY}\n    headers: {X: '${KEY}'}\n    lang: ' ${KEY}'\n    was: ['${KEY}']\n"
    )
    with pytest.raises(ConfigError) as caught:
        compile_texts({"f": text}, {"KEY": "sesame-open\u00e9"})
    url, header, lang, was = (str(problem) for problem in caught.value.problems)
    assert "sesame" not in url + header + lang + was


@pytest.mark.parametrize(
    "address",
    [
        "http://joe:hunter22@a b.example/", "http://joe:hunter/22@a.example/", "http://joe:hunter#22@a.example/",
        "http://joe:hunter 22@a.example/", "http:\\\\joe:hunter22@a.example/", "joe:hunter22@a.example", "https//joe:hunter22@a.example",
        "ftp://joe:hunter22@a.example", "https://joe:hunter22 a.example/feed", "https://joe:hunter22/feed", "joe:hunter22/a.example/feed",
    ],
)  # fmt: skip
def test_a_password_in_an_address_that_is_none_is_in_no_message(address: str) -> None:
    """Messages are shown to readers, on the page of the sources."""
    (told,) = problems(f"sources:\n  - name: A\n    url: '{address}'\n")
    assert "hunter" not in told
    assert told.startswith("feeds.yaml:3:10: url: ")


@pytest.mark.parametrize(
    "address", ["https:/*a/joe:hunter22@a.example", "ht/joe:hunter22@a.example", "https:/ /joe:hunter22@a.example", "https://?joe:hunter22@a.example"]
)  # fmt: skip
def test_nor_is_one_in_an_address_that_is_hardly_one(address: str) -> None:
    (told,) = problems(f"sources:\n  - name: A\n    url: '{address}'\n")
    assert "hunter" not in told


@pytest.mark.parametrize(
    "headers",
    [
        "{Authorization:hunter22}", "{Authorization:Bearer hunter22}", "{Authorization=hunter22}", "{'Authorization hunter22': x}",
        "{Authorization: hunter22é}", '{Authorization: "hunter22\\nx"}', "Authorization hunter22", "[hunter22]",
        "{X-Key: *hunter22}", "{X-Key: &hunter22 x}", "{X-Key: !hunter22 x}",
    ],
)  # fmt: skip
def test_nothing_of_a_header_is_in_a_message(headers: str) -> None:
    (told,) = problems(SOURCE + f"    headers: {headers}\n")
    assert "hunter" not in told


@pytest.mark.parametrize(
    "address",
    ["https://u:open-sesame@x.example/", "htp://x.example/feed?token=open-sesame", "https://u:open-sesame x.example/", "u:open-sesame@x"],
)  # fmt: skip
@pytest.mark.parametrize(
    "file",
    [
        "sources: [{name: A, url: '%s x'}]", "sources: [{'%s': 1}]", "sources: [{name: A, url: 'https://x.example/', id: '%s'}]",
        "sources: [{name: A, url: 'https://x.example/', was: ['%s']}]", "sources: [{name: A, url: 'https://x.example/', every: '%s'}]",
        "include: ['%s']", "publishers: [{name: P, domains: ['%s']}]", "allow_private: ['%s']", "sections: [{id: a, places: ['%s']}]",
        "site: {url: '%s'}", "site: {contact: 'x %s'}", "stories: {hide: ['%s x']}", "sources: [{'%s': 1, '%s': 2}]",
    ],
)  # fmt: skip
def test_a_password_or_key_in_an_address_is_in_no_message_wherever_it_was_written(file: str, address: str) -> None:
    """Above all not in one that guesses what was meant."""
    assert "sesame" not in "\n".join(problems(file.replace("%s", address)))


def test_a_control_character_hides_no_other_fault() -> None:
    told = problems('site: {title: "a\\x01", language: "e!"}\n')
    assert [problem.split(": ")[0] for problem in told] == ["feeds.yaml:1:15", "feeds.yaml:1:34"]


def test_what_stands_in_a_comment_or_joins_letters_is_let_be() -> None:
    text = '# a \u202e b\nsite: {title: "\\u0645\\u200c\\u0647 a\\tb\\n"}\n'
    assert compile_texts({"feeds.yaml": text}, {})[0].site.title == "\u0645\u200c\u0647 a b"


@pytest.mark.parametrize("char", ["\x85", "\u2028", "\u2029"])
def test_lines_are_those_of_editors(char: str) -> None:
    """YAML 1.1 ends a line there; a headline that is pasted may hold such a character."""
    text = f"# Harbour{char} opens\nsite: {{title: 'a {char}b'}}\n"
    assert compile_texts({"feeds.yaml": text}, {})[0].site.title == "a b"
    assert problems(f"{text}cite: 1\n")[0].startswith("feeds.yaml:3:1: unknown key `cite`")
    assert problems(f"{text}cite: : 1\n")[0].startswith("feeds.yaml:3:7: invalid YAML")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_forbidden_character_is_found_in_its_line_however_lines_end(end: str) -> None:
    assert problems(end.join(["site:", "  title: Wire", "  contact: \x07"]))[0].startswith(
        "feeds.yaml:3:12: the character"
    )


def test_a_message_is_one_short_line_whatever_the_file_holds() -> None:
    (told,) = problems('site: {"\\u2028[31m\\nx": ' + "1}")
    assert told.startswith("feeds.yaml:1:8: unknown key `\\u2028[31m\\nx`")
    (told,) = problems("site: {" + "x" * 900 + ": 1}")
    message = told.removeprefix("feeds.yaml:1:8: ")
    assert (len(message), message[-1]) == (500, "…")


def test_of_very_many_errors_the_first_are_told_and_the_others_counted() -> None:
    """A file of another program may have one in each line. The log and /sources would be flooded."""
    told = problems("".join(f"k{n}: 1\n" for n in range(1500)))
    assert len(told) == 201
    assert told[199].startswith("feeds.yaml:200:1: unknown key `k199`")
    assert told[200] == "feeds.yaml:201:1: errors from here on that are not listed: 1,300"


def test_of_very_many_warnings_the_first_are_told_and_the_others_counted() -> None:
    """Lists with a sign too many gave 7 MB, in each log and on each terminal."""
    words = "".join(f"\n    - -w{n}" for n in range(1500))
    told = compile_texts({"feeds.yaml": f"sections:\n- id: a\n  words:{words}"}, {})[1]
    assert len(told) == 201
    assert str(told[199]).startswith("feeds.yaml:203:7: warning: `-w199` counts as")
    assert str(told[200]) == "feeds.yaml:204:7: warning: warnings from here on that are not listed: 1,300"


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """With how many names each word was compared to find out what was meant."""
    counts: list[int] = []
    index = suggest._index

    def counting(known: tuple[str, ...]) -> tuple[dict[str, str], list[tuple[str, int]]]:
        counts.append(len(known))
        return index(known)

    monkeypatch.setattr(suggest, "_index", counting)
    return counts


@pytest.mark.parametrize("places", ["xq{}", "no where {}"])
def test_of_very_many_unknown_places_those_that_are_told_are_compared(places: str, compared: list[int]) -> None:
    """Each is compared with some 300 names: for 30,000 it took 10 s."""
    names = ", ".join(["midle east", "midle-east", *map(places.format, range(3_000))])
    told = problems(f"sections: [{{id: a, places: [{names}]}}]")
    assert len(compared) <= 2 * 200
    assert len(told) == 201
    assert all("did you mean `middle-east`?" in one for one in told[:2])
    assert told[200].endswith("errors from here on that are not listed: 2,802")


@pytest.mark.parametrize("value", ["hunter-22", "hunter: 22"])
def test_an_unknown_place_from_the_environment_is_told_by_the_name_of_its_variable(value: str) -> None:
    with pytest.raises(ConfigError) as refused:
        compile_texts({"feeds.yaml": 'sections: [{id: a, places: ["${PLACE}"]}]'}, {"PLACE": value})
    assert "`${PLACE}`" in str(refused.value)
    assert "hunter" not in str(refused.value)


@pytest.mark.parametrize(
    "file",
    [
        'sources: [{name: A, url: "https://a.example/f", section: "${SECTION}"}]',
        'sources: [{name: A, url: "https://a.example/f", usually: "${SECTION}"}]',
        'sources: [{name: A, url: "https://a.example/f"}]\nstories: {pin: [{url: "https://a.example/1", section: "${SECTION}"}]}',
    ],
)
def test_an_unknown_section_from_the_environment_is_told_by_the_name_of_its_variable(file: str) -> None:
    with pytest.raises(ConfigError, match=r"there is no section `\$\{SECTION\}`") as refused:
        compile_texts({"feeds.yaml": file}, {"SECTION": "hunter-22"})
    assert "hunter" not in str(refused.value)


def test_a_misspelt_key_is_not_buried_below_what_follows_from_it() -> None:
    """Each source that names a section told that there is none: in the default file 83 lines above the one with the cause."""
    sources = "".join(
        f"  - {{name: S{i}, url: 'https://s{i}.example/', section: {id}}}\n" for i, id in enumerate("aad")
    )
    assert problems(f"sources:\n{sources}sctions:\n  - {{id: a}}\n") == (
        "feeds.yaml:2:53: section: there is no section `a`; there is only `world`; 2 further lines name one that is missing",
        "feeds.yaml:5:1: unknown key `sctions`; did you mean `sections`?",
    )
    more = "include: [more.yaml]\nsctions:\n  - {id: a}\n  - {id: b}\n"
    texts = {
        "feeds.yaml": f"sources:\n{sources.replace('section: a', 'section: b', 1)}{more}",
        "more.yaml": "sections: [{id: c}]",
    }
    for own, known in (("{id: c}", "there is only `c`"), ("{id: c}, {id: e}", "there are `c`, `e`")):
        with pytest.raises(ConfigError) as refused:
            compile_texts(texts | {"more.yaml": f"sections: [{own}]"}, {})
        assert [str(one) for one in refused.value.problems] == [
            f"feeds.yaml:2:53: section: there is no section `b`; {known}; 2 further lines name one that is missing",
            "feeds.yaml:6:1: unknown key `sctions`; did you mean `sections`?",
        ]
    both = f"sources:\n{sources}sections:\n  - {{id: c}}\n".replace("section: a", "section: c", 1)
    assert len(problems(both)) == 2, "the names are misspelt, each of which is told"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            SOURCE + "    republish_full_text: true\n",
            "feeds.yaml:4:5: unknown key `republish_full_text` here; it belongs to `site`",
        ),
        (RULES + "    every: 5m\n", "feeds.yaml:4:5: unknown key `every` here; it belongs to `sources` or `defaults`"),
        ("reload: auto\n", "feeds.yaml:1:1: unknown key `reload` here; it belongs to `site`"),
        ("site: {name: Wire}\n", "feeds.yaml:1:8: unknown key `name`; did you mean `title`?"),
        (SOURCE + "    language: de\n", "feeds.yaml:4:5: unknown key `language`; did you mean `lang`?"),
        ("section: []\n", "feeds.yaml:1:1: unknown key `section`; did you mean `sections`?"),
    ],
)
def test_a_key_of_another_table_is_told_to_belong_there(text: str, message: str) -> None:
    """`republish_full_text` of a source was told to be `full_text`, and `every` of a section to be `never`, which would rule it out."""
    assert problems(text) == (message,)


def test_of_very_many_unknown_sections_those_that_are_told_are_compared(compared: list[int]) -> None:
    """Each is compared with all sections: a file with 8,000 of both took a minute."""
    sources = "".join(f"  - {{name: S{i}, url: https://s{i}.example/, section: sx{i}}}\n" for i in range(500))
    sections = "".join(f"  - {{id: s{i}y, title: S}}\n" for i in range(500))
    told = problems(f"sources:\n{sources}sections:\n{sections}")
    assert len(compared) == 200
    assert told[0].endswith("section: there is no section `sx0`; did you mean `s0y`?")
    assert told[199].endswith("section: there is no section `sx199`; did you mean `s199y`?")


def test_of_very_many_unlisted_publishers_as_many_are_compared_as_time_allows(compared: list[int]) -> None:
    """Each is compared with all that are listed: a file with 8,000 of both took more than a minute."""
    sources = "".join(f"  - {{name: S{i}, url: https://s{i}.example/, publisher: Post {i}x}}\n" for i in range(2000))
    publishers = "".join(f"  - {{name: Post {i}y}}\n" for i in range(2000))
    _, warnings, _ = compile_texts({"feeds.yaml": f"sources:\n{sources}publishers:\n{publishers}"}, {})
    assert sum(compared) == 1_000_000
    assert warnings[0].message.endswith("`publishers` does not list `Post 0x`; did you mean `Post 0y`?")
