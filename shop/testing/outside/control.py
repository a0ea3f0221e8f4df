"""The control port: what a test or a curious person tells the simulators, as JSON.

GET  /control                     {"at", "faults", "waiting"}
POST /control/clock               {"at": "2026-01-31T10:00:00+00:00"} or {"advance_s": 90000}; {} = the real time
POST /control/faults              {"system": "stripe", "kind": "cut_after", "path": "/v1/refunds", "times": 1}
POST /control/faults/clearing
POST /control/notices             {"copies": 2, "shuffled": 7, "delay_s": 60, "forged": true, "lost": 1}; {} = none
POST /control/notices/delivery    sends what is due; {"all": true} sends what is not yet due too
POST /control/reset
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from flask import Blueprint, current_app, jsonify, request
from flask.typing import ResponseReturnValue

from shop.testing.outside.notices import Sent, Trouble
from shop.testing.outside.world import World

port = Blueprint("control", __name__, url_prefix="/control")


def told() -> dict[str, Any]:
    """Return the object that was sent; nothing at all is an empty one."""
    found = request.get_json(force=True, silent=True) or {}
    if not isinstance(found, Mapping):
        raise TypeError("an object is wanted")
    return dict(found)


@port.errorhandler(TypeError)
@port.errorhandler(ValueError)
def wrong(error: Exception) -> ResponseReturnValue:
    """Say what was wrong with what was told."""
    return {"wrong": str(error)}, 400


@port.get("")
def state() -> ResponseReturnValue:
    """Show the time, the faults that are set and the notices that wait."""
    world = _world()
    waiting = [
        {"system": each.system, "url": each.url, "due": each.due.isoformat()} for each in world.notices.waiting()
    ]
    return {"at": world.clock.now().isoformat(), "faults": world.faults.told(), "waiting": waiting}


@port.post("/clock")
def clock() -> ResponseReturnValue:
    """Set the time, move it, or let it be the real one."""
    words, clock = told(), _world().clock
    if "at" in words:
        clock.stand(datetime.fromisoformat(words["at"]))
    elif "advance_s" in words:
        clock.advance(seconds=float(words["advance_s"]))
    else:
        clock.reset()
    return {"at": clock.now().isoformat()}


@port.post("/faults")
def faults() -> ResponseReturnValue:
    """Set one more fault."""
    _world().faults.add(**told())
    return jsonify(_world().faults.told())


@port.post("/faults/clearing")
def clearing() -> ResponseReturnValue:
    """Let nothing go wrong any more."""
    _world().faults.clear()
    return {}


@port.post("/notices")
def notices() -> ResponseReturnValue:
    """Say what happens to notices from now on."""
    _world().notices.trouble = Trouble(**told())
    return {}


@port.post("/notices/delivery")
def delivery() -> ResponseReturnValue:
    """Send notices now."""
    world = _world()
    sent = [*world.deliver(), *(world.notices.drain() if told().get("all") else [])]
    return jsonify([_shown(each) for each in sent])


@port.post("/reset")
def reset() -> ResponseReturnValue:
    """Forget everything."""
    _world().reset()
    return {}


def _world() -> World:
    return cast(World, current_app.extensions["world"])


def _shown(sent: Sent) -> dict[str, Any]:
    return {"system": sent.system, "url": sent.url, "status": sent.status, "altered": sent.altered}
