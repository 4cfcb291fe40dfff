#!/usr/bin/env python3
"""Writes what the networks' gradients and outputs should be, from JAX in double precision.

Parameters and inputs are sines of their index, which the tests compute too; single precision, as the kernels hold them.

usage: fixtures.py > Tests/MetePredictionTests/Network/Fixtures/reference.json      needs jax
"""
import json
import math
import sys

import jax
import jax.numpy as jnp
import numpy as np

jax.config.update("jax_enable_x64", True)
import reference

INPUTS, HIDDEN, TICKS = 16, 8, 104
TARGETS = (0.7, -1.1, 2.3)


def single(values):
    return jnp.array(np.array(values, dtype=np.float32).astype(np.float64))


def example(architecture, window):
    size = reference.count(architecture, INPUTS, HIDDEN)
    start = single([0.4 * math.sin(1.7 * i + 0.3) for i in range(size)])
    inputs = single([[1 if k == 0 else math.sin(0.9 * t + 1.3 * k) for k in range(INPUTS)] for t in range(TICKS)])
    targets = single(TARGETS)

    def outputs(parameters, first, last, before):
        """Outputs of the ticks first..<last; `before` holds the state of an LSTM at first - 1."""
        if architecture == "lstm":
            _, (output, _) = jax.lax.scan(lambda s, x: reference.lstm_cell(parameters, s, x), before, inputs[first:last])
            return output
        return jnp.stack(
            [reference.attention(parameters, inputs[max(0, t - window + 1) : t + 1]) for t in range(first, last)])

    known = reference.unflatten(start, architecture, INPUTS, HIDDEN)
    zero = (jnp.zeros(HIDDEN), jnp.zeros(HIDDEN))
    first = TICKS - window if architecture == "lstm" else TICKS - 10
    if architecture == "lstm":
        _, (all_outputs, cells) = jax.lax.scan(lambda s, x: reference.lstm_cell(known, s, x), zero, inputs)
        before = (all_outputs[first - 1], cells[first - 1])
    else:
        all_outputs, before = outputs(known, 0, TICKS, None), None

    def loss(values):
        parameters = reference.unflatten(values, architecture, INPUTS, HIDDEN)
        recent = outputs(parameters, first, TICKS, before)
        total = 0
        for m, horizon in enumerate(reference.HORIZONS):
            tick = TICKS - horizon
            # The longest horizon teaches its head only.
            output = recent[tick - first] if horizon < 100 else all_outputs[tick]
            total += reference.pinball(reference.quantiles(parameters["heads"][m], inputs[tick], output), targets[m])
        return total

    value, slope = jax.value_and_grad(loss)(start)
    forecasts = [reference.quantiles(head, inputs[-1], all_outputs[-1]) for head in known["heads"]]
    numbers = lambda array: [float("%.10g" % x) for x in np.ravel(array)]
    return {
        "architecture": architecture, "hidden": HIDDEN, "window": window, "ticks": TICKS, "targets": numbers(targets),
        "output": numbers(all_outputs[-1]), "quantiles": numbers(jnp.stack(forecasts)), "loss": float(value),
        "gradient": numbers(slope),
    }


json.dump(
    {"madeWith": "JAX %s, float64" % jax.__version__, "examples": [example("lstm", 12), example("attention", 16)]},
    sys.stdout, indent=None)
print()
