"""Running a conformance kit on what keeps its promises and on what breaks one, as a third party would."""

from __future__ import annotations

import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree

Outcomes = dict[str, dict[str, str]]


def outcomes_of(module: ModuleType, folder: Path) -> Outcomes:
    """Run the kit's subclasses in a module elsewhere, without our fixtures; return what failed in each, and why."""
    told = folder / "told.xml"
    command = [sys.executable, "-m", "pytest", "-q", "--noconftest", "-c", "/dev/null", "-p", "no:cacheprovider",
               f"--junitxml={told}", str(module.__file__)]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert told.exists(), done.stdout + done.stderr
    found: Outcomes = defaultdict(dict)
    for case in ElementTree.parse(told).iter("testcase"):
        name = case.get("classname", "").rpartition(".Test")[2]
        check = case.get("name", "").removeprefix("test_").partition("[")[0]
        for kind in ("failure", "error", "skipped"):
            for each in case.findall(kind):
                found[name][check] = each.get("message", "")
        found[name].setdefault("", "")  # it was run
    return found


def failed(outcomes: Outcomes, name: str) -> dict[str, str]:
    """Return the checks that failed on one of them, and what they said."""
    return {check: why for check, why in outcomes[name].items() if check and "Skipped" not in why}
