"""How papers leave: as a PDF that the browser shows or keeps, or as the picture of one of its pages."""

from __future__ import annotations

from flask import request
from werkzeug.wrappers import Response

from shop.documents import engine

DOTS_PER_MM = 4  # enough to read a label on a phone


def pdf_answer(pdf: bytes, name: str) -> Response:
    """Answer with a PDF under a name of ASCII letters: shown, or kept when the address says `?keep=1`."""
    kind = "attachment" if request.args.get("keep") else "inline"
    response = Response(pdf, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'{kind}; filename="{name}.pdf"'
    return response


def picture_answer(pdf: bytes, page: int) -> Response:
    """Answer with the picture of one page, counted from 1."""
    return Response(engine.page_png(pdf, page - 1, dots_per_mm=DOTS_PER_MM), mimetype="image/png")
