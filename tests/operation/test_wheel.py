"""The wheel carries templates, static files, migrations, catalogues and the demo, and works far from the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WALK = """
import sys
from pathlib import Path
import shop
assert "site" in shop.__file__, shop.__file__
from shop.app import create_app
from shop.demo import seed
from shop.plumbing import schema
from shop.plumbing.settings import Settings
app = create_app(Settings(data_dir=Path(sys.argv[1]), worker=False))
with app.app_context():
    schema.upgrade()
    seed.fill()
client = app.test_client()
page = client.get("/ar/")
assert page.status_code == 200 and "صابون" in page.text, page.status_code
css = page.text.partition('rel="stylesheet" href="')[2].partition('"')[0]
assert client.get(css).status_code == 200, css
assert client.get("/readyz").status_code == 200
print("walked")
"""


@pytest.mark.slow
def test_the_wheel_serves_a_page_from_elsewhere(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True, text=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert not [name for name in names if "instance/" in name or name.endswith((".sqlite3", ".pyc"))]
    site = tmp_path / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    done = subprocess.run(
        [sys.executable, "-c", WALK, str(tmp_path / "data")],
        env={**os.environ, "PYTHONPATH": str(site)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "walked" in done.stdout, done.stderr[-3000:]


def test_importing_the_shop_loads_none_of_the_heavy_libraries() -> None:
    heavy = ["stripe", "PIL", "httpx2", "httpcore2", "typst", "zint", "pypdfium2", "alembic", "babel", "pi_heif",
             "zxingcpp"]  # fmt: skip
    script = (
        "import sys; from shop.app import create_app; from shop.plumbing.settings import Settings; "
        "import tempfile, pathlib; create_app(Settings(data_dir=pathlib.Path(tempfile.mkdtemp()), worker=False)); "
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
