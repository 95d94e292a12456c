"""Liveness, readiness, metrics, and the API description."""

from __future__ import annotations

from flask import Blueprint, Response, current_app

from aggregator.errors import StoreError
from aggregator.model import notes
from aggregator.schedule.clock import is_polling
from aggregator.web.metrics import measured
from aggregator.web.openapi import description
from aggregator.web.request_context import library
from aggregator.web.responses import compressed, json_response
from aggregator.web.routes import TEXT, Operation
from aggregator.web.shapes import OpenApi

system = Blueprint("system", __name__)


@system.get("/healthz")
@Operation("Liveness", TEXT, fails=(), conditional=False)
def healthz() -> Response:
    return _plain("ok\n")


@system.get("/readyz")
@Operation("Readiness: the store can be read and sources are polled", TEXT, conditional=False)
def readyz() -> Response:
    """200 while the store can be read and ticks come; 503 with the reason otherwise. Where no worker ever ran, the sources are polled by
    hand or by a timer (`aggregator poll --due`), so there it is enough that they have been polled."""
    lib = library()
    try:
        lib.in_force()  # first: it knows whether the store has just failed, so that we do not wait once more
        tick = lib.archive.upkeep.noted(notes.TICK)
        polled = is_polling(tick, lib.now()) or (tick is None and any(state.last_attempt for state in lib.watched()))
        troubles = lib.troubles()
    except StoreError as error:
        current_app.logger.error("store: %s", error)
        return _plain("the store cannot be read\n", 503)
    if troubles:
        # Only the part before the colon: the rest may contain paths, and is in the log.
        parts = dict.fromkeys(trouble.partition(":")[0] for trouble in troubles)
        return _plain(f"degraded: {', '.join(parts)}\n", 503)
    if not polled:
        return _plain("no worker is polling\n", 503)
    return _plain("ready\n")


def _plain(text: str, status: int = 200, kind: str = "text/plain; charset=utf-8") -> Response:
    response, _ = compressed(text.encode(), kind)
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    return response


@system.get("/metrics")
@Operation("Metrics for Prometheus", TEXT, conditional=False)
def metrics() -> Response:
    """Prometheus text format 0.0.4."""
    return _plain(measured(library()), kind="text/plain; version=0.0.4; charset=utf-8")


@system.get("/openapi.json")
@Operation("This description", {"application/json": OpenApi})
def openapi() -> Response:
    """The description of this service for programs."""
    lib = library()
    force = lib.in_force()
    return json_response(description(current_app, force.settings.site.title, force.root), lib.same_since, max_age=3600)
