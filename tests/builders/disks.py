"""Disks that are full or may not be written, where this machine lets a test have one."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest


def _mount(*arguments: str) -> None:
    done = subprocess.run(["mount", *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"no file system can be mounted here: {done.stderr.strip()[:100]}")


@contextmanager
def small_disk(folder: Path, size: str = "2m", files: int = 0) -> Iterator[Path]:
    """A file system of this size at `folder`, which takes so many files (0: any number)."""
    if os.geteuid():
        pytest.skip("only root may mount a small disk")
    folder.mkdir(exist_ok=True)
    _mount("-t", "tmpfs", "-o", f"size={size},nr_inodes={files and files + 1}", "tmpfs", str(folder))
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=False)


@contextmanager
def failing_disk(folder: Path, image: Path) -> Iterator[Callable[[], None]]:
    """A file system of its own at `folder`, kept in the file `image`. What is given makes it read-only from one moment to
    the next, under whoever has files open there: what ext4 does by itself where a disk fails (`errors=remount-ro`)."""
    if os.geteuid() or not shutil.which("mkfs.ext4"):
        pytest.skip("only root may mount a file system, and mkfs.ext4 is needed to make one")
    if not image.exists():
        with image.open("wb") as file:
            file.truncate(64 << 20)
        subprocess.run(["mkfs.ext4", "-q", "-F", str(image)], check=True)
    folder.mkdir(exist_ok=True)
    _mount("-o", "loop,errors=remount-ro", str(image), str(folder))
    try:
        yield lambda: _mount("-o", "remount,abort", str(folder))
    finally:
        # At once, since `image` may be mounted again; later where a test that failed still holds files open, else it stayed for ever.
        if subprocess.run(["umount", str(folder)], capture_output=True, check=False).returncode:
            subprocess.run(["umount", "-l", str(folder)], check=False)


def fill(file: Path, block: int = 4096) -> None:
    """Write to `file`, in pieces of so many bytes, until its disk is full."""
    with suppress(OSError), file.open("wb", buffering=0) as open_file:
        while True:
            open_file.write(bytes(block))


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Nothing in `folder`, which may be a file, may be written. Root is not stopped by permissions, so that it gets a read-only mount."""
    if os.geteuid():
        modes = {path: path.stat().st_mode for path in (folder, *(folder.iterdir() if folder.is_dir() else ()))}
        for path, mode in modes.items():
            path.chmod(mode & ~0o222)
        try:
            yield
        finally:
            for path, mode in modes.items():
                path.chmod(mode)
        return
    _mount("--bind", str(folder), str(folder))
    try:
        _mount("-o", "remount,ro,bind", str(folder))
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=False)
