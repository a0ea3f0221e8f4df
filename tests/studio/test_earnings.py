"""The earnings' page: the owner's only, in words, with charts and their tables."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from shop.core import clock
from tests.studio.day import a_day


def test_the_page_says_what_was_earned_and_what_is_not_known(application: Flask) -> None:
    day = a_day(application)
    day.delivered()
    page = day.page("/money/earnings")
    assert "600\u00a0DA" in page
    assert "earned by 1 order that was taken." in page
    assert "materials and packaging of 1 order is not known" in page
    assert "has not paid 1 order yet" in page
    assert "600\u00a0DA</span> a piece" in page
    assert "/money/earnings" in day.page("/money")


def test_the_chart_is_drawn_here_and_its_figures_stand_in_the_page(application: Flask) -> None:
    day = a_day(application)
    day.delivered()
    page = day.page("/money/earnings")
    chart = page.split('<svg class="bars"')[1].split("</svg>")[0]
    assert chart.count("<rect") == 12
    assert "style=" not in chart
    heights = [int(each) for each in re.findall(r'height="(\d+)"', chart)]
    assert max(heights) == heights[-1] == 101
    assert f"month={clock.today():%Y-%m}" in page


def test_only_the_owner_sees_it(application: Flask) -> None:
    day = a_day(application)
    for path in ("/money/earnings", "/money/earnings.csv"):
        assert day.lila.get(day.url + path).status_code == 403
        assert day.sami.get(day.url + path).status_code == 404
    assert "/money/earnings" not in day.page("/money", who=day.lila)


def test_the_table_has_a_line_for_each_article_and_nothing_where_nothing_is_known(application: Flask) -> None:
    day = a_day(application)
    code = day.delivered()
    answer = day.amina.get(day.url + "/money/earnings.csv")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    row = answer.text.splitlines()[1].split(";")
    assert row[0] == code
    assert row[5:] == ["1", "600.0", "", "0.0", "0.0", "", "", "", "", "600.0", "DZD"]


@pytest.mark.parametrize("month", ["2026-13", "much", "0001-01", "9999-12", "", "٢٠٢٦-١٠", "2026-10-99"])
def test_a_month_that_is_none_is_this_one(application: Flask, month: str) -> None:
    day = a_day(application)
    assert day.amina.get(f"{day.url}/money/earnings?month={month}").status_code == 200
