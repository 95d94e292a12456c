#!/usr/bin/env bash
# Puts readers and validators that nobody here wrote in place for `make interop`: Debian's packages with apt-get (as root),
# Python's and npm's into .venv-interop. What cannot be had is said, and the tests that want it skip with the reason.
set -uo pipefail
cd "$(dirname "$0")/../.."
PYTHON=${PYTHON:-python3}
HOME_OF_TOOLS=.venv-interop

missing() { echo "cannot be had: $1 ($2)"; }

debian() { # debian PACKAGE PROGRAM
    command -v "$2" >/dev/null && return
    if ! command -v apt-get >/dev/null; then missing "$1" "no apt-get on this machine"; return; fi
    if [ "$(id -u)" != 0 ]; then missing "$1" "apt-get needs root: apt-get install $1"; return; fi
    [ -n "${UPDATED:-}" ] || { apt-get update -qq >/dev/null 2>&1; UPDATED=1; }
    echo "installing $1 …"
    DEBIAN_FRONTEND=noninteractive timeout 240 apt-get install -qq -y --no-install-recommends "$1" </dev/null >"$HOME_OF_TOOLS/$1.log" 2>&1
    command -v "$2" >/dev/null || missing "$1" "see $HOME_OF_TOOLS/$1.log"
}

python_readers() {
    local bin=$HOME_OF_TOOLS/bin/python
    "$bin" -c 'import reader, feedparser, listparser' 2>/dev/null && return
    "$PYTHON" -m venv "$HOME_OF_TOOLS" || { missing "Python readers" "no venv"; return; }
    echo "installing Python readers …"
    "$bin" -m pip install --quiet --disable-pip-version-check 'reader==3.26' 'sgmllib3k>=1,<2' 'feedparser>=6.0.11,<7' 'listparser>=0.20,<1' \
        >"$HOME_OF_TOOLS/pip.log" 2>&1 || missing "reader, feedparser, listparser" "see $HOME_OF_TOOLS/pip.log"
}

npm_package() { # npm_package NAME RANGE
    [ -d "$HOME_OF_TOOLS/node/node_modules/$1" ] && return
    if ! command -v npm >/dev/null; then missing "$1" "no npm on this machine"; return; fi
    echo "installing $1 …"
    timeout 180 npm install --prefix "$HOME_OF_TOOLS/node" --no-audit --no-fund --ignore-scripts --loglevel=error "$1@$2" \
        >"$HOME_OF_TOOLS/npm-$1.log" 2>&1 || missing "$1" "see $HOME_OF_TOOLS/npm-$1.log"
}

mkdir -p "$HOME_OF_TOOLS/node"
debian newsboat newsboat
debian sfeed sfeed_update
debian curl curl
debian rss2email r2e
debian miniflux miniflux
[ -n "$(ls -d /usr/lib/postgresql/*/bin/initdb 2>/dev/null)" ] || debian postgresql initdb
debian nodejs node
debian npm npm
debian chromium chromium
debian default-jre-headless java
python_readers
npm_package rss-parser ^3
npm_package feedsmith ^3
npm_package axe-core ^4
npm_package playwright-core ^1
npm_package vnu-jar ^26
exit 0
