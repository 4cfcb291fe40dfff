#!/usr/bin/env python3
"""What a step of the same network costs in JAX: gradient over the window, Adam, the tick's output, the forecasts; compiled.

Inputs and targets are given, scaling is not included. The state stays on the device between steps, and is given up to
each step so that it is updated in place.

usage: online.py lstm|attention NETWORKS      prints microseconds per network and step, median of 5
"""
import functools
import sys
import time

import jax
import jax.numpy as jnp
import numpy as np

import reference

INPUTS, HIDDEN = 16, 8
WINDOW = {"lstm": 12, "attention": 32}
RATE, FIRST, SECOND, EPSILON, LIMIT = 0.002, 0.9, 0.999, 1e-8, 100.0


def initial(architecture, key):
    size = reference.count(architecture, INPUTS, HIDDEN)
    length = WINDOW[architecture] + 10
    return {
        "values": 0.2 * jax.random.normal(key, (size,)), "first": jnp.zeros(size), "second": jnp.zeros(size),
        "ticks": jnp.zeros(()), "inputs": jnp.zeros((length, INPUTS)), "outputs": jnp.zeros((101, INPUTS + HIDDEN)),
        # Of an LSTM, before the window and now.
        "past": (jnp.zeros((length, HIDDEN)), jnp.zeros((length, HIDDEN))),
    }


def step(architecture, state, x, targets):
    window = WINDOW[architecture]
    inputs = state["inputs"]

    def loss(values):
        parameters = reference.unflatten(values, architecture, INPUTS, HIDDEN)
        if architecture == "lstm":
            before = (state["past"][0][-window - 1], state["past"][1][-window - 1])
            _, (outputs, _) = jax.lax.scan(
                functools.partial(reference.lstm_cell, parameters), before, inputs[-window:])
            recent = (outputs[-1], outputs[-10])
        else:
            recent = (reference.attention(parameters, inputs[-window:]),
                      reference.attention(parameters, inputs[-window - 9 : -9]))
        heads = parameters["heads"]
        far = state["outputs"][0]
        return (reference.pinball(reference.quantiles(heads[0], inputs[-1], recent[0]), targets[0])
                + reference.pinball(reference.quantiles(heads[1], inputs[-10], recent[1]), targets[1])
                + reference.pinball(reference.quantiles(heads[2], far[:INPUTS], far[INPUTS:]), targets[2]))

    slope = jax.grad(loss)(state["values"])
    slope = slope * jnp.minimum(1, LIMIT / (jnp.linalg.norm(slope) + 1e-30))
    ticks = state["ticks"] + 1
    first = FIRST * state["first"] + (1 - FIRST) * slope
    second = SECOND * state["second"] + (1 - SECOND) * slope**2
    values = state["values"] - RATE * first / (1 - FIRST**ticks) / (
        jnp.sqrt(second / (1 - SECOND**ticks)) + EPSILON)
    parameters = reference.unflatten(values, architecture, INPUTS, HIDDEN)
    inputs = jnp.concatenate([inputs[1:], x[None]])
    past = state["past"]
    if architecture == "lstm":
        (output, cell), _ = reference.lstm_cell(parameters, (past[0][-1], past[1][-1]), x)
        past = (jnp.concatenate([past[0][1:], output[None]]), jnp.concatenate([past[1][1:], cell[None]]))
    else:
        output = reference.attention(parameters, inputs[-window:])
    forecasts = jnp.stack([reference.quantiles(head, x, output) for head in parameters["heads"]])
    outputs = jnp.concatenate([state["outputs"][1:], jnp.concatenate([x, output])[None]])
    return {"values": values, "first": first, "second": second, "ticks": ticks, "inputs": inputs,
            "outputs": outputs, "past": past}, forecasts


def main():
    architecture, networks = sys.argv[1], int(sys.argv[2])
    one = functools.partial(step, architecture)
    compiled = jax.jit(one if networks == 1 else jax.vmap(one), donate_argnums=0)
    if networks == 1:
        state = initial(architecture, jax.random.key(1))
    else:
        state = jax.vmap(functools.partial(initial, architecture))(jax.random.split(jax.random.key(1), networks))
    shape = () if networks == 1 else (networks,)
    generator = np.random.default_rng(1)
    inputs = generator.normal(size=(256, *shape, INPUTS)).astype(np.float32)
    targets = generator.normal(size=(256, *shape, 3)).astype(np.float32)
    steps = max(20, 2000 // networks)
    costs = []
    for _ in range(6):
        start = time.perf_counter()
        for tick in range(steps):
            state, forecasts = compiled(state, inputs[tick % 256], targets[tick % 256])
            # A forecast is wanted at every tick.
            np.asarray(forecasts)
        costs.append((time.perf_counter() - start) / steps / networks * 1e6)
    assert np.isfinite(np.asarray(forecasts)).all()
    # The first run compiles.
    print("%.3f" % sorted(costs[1:])[2])


main()
