"""The networks of Sources/CMeteNetwork in JAX, written from their description and not from their code.

A network is a dictionary of arrays here; `flatten` puts them in the order in which a block holds them.
"""
import jax
import jax.numpy as jnp

HORIZONS = (1, 10, 100)
LEVELS = jnp.array([0.5, 0.9, 0.95, 0.99])
HEAD_UNITS = 4
LAGS = 32


def shapes(architecture, inputs, hidden):
    """Name -> shape, in the order of a block; matrices are [in, out]."""
    if architecture == "lstm":
        body = {"gates": (inputs + hidden, 4, hidden)}
    else:
        body = {
            "query": (inputs, hidden), "key": (inputs, hidden), "value": (inputs, hidden),
            "mix": (hidden, hidden), "inner": (inputs + hidden, hidden), "outer": (hidden, hidden),
            "bias": (hidden // HEAD_UNITS, LAGS),
        }
    return body | {"heads": (len(HORIZONS), len(LEVELS), inputs + hidden)}


def unflatten(values, architecture, inputs, hidden):
    parameters, at = {}, 0
    for name, shape in shapes(architecture, inputs, hidden).items():
        size = 1
        for side in shape:
            size *= side
        parameters[name] = values[at : at + size].reshape(shape)
        at += size
    return parameters


def flatten(parameters):
    return jnp.concatenate([value.ravel() for value in parameters.values()])


def count(architecture, inputs, hidden):
    total = 0
    for shape in shapes(architecture, inputs, hidden).values():
        size = 1
        for side in shape:
            size *= side
        total += size
    return total


def quantiles(head, inputs, output):
    """Median, then cumulative softplus steps. head [levels, inputs + hidden] -> [levels]."""
    raw = head @ jnp.concatenate([inputs, output])
    return jnp.cumsum(jnp.concatenate([raw[:1], jax.nn.softplus(raw[1:])]))


def pinball(forecast, target):
    shortfall = target - forecast
    return jnp.sum(jnp.maximum(LEVELS * shortfall, (LEVELS - 1) * shortfall))


def lstm_cell(parameters, state, inputs):
    output, cell = state
    sums = jnp.einsum("k,kgh->gh", jnp.concatenate([inputs, output]), parameters["gates"])
    i, f, o = jax.nn.sigmoid(sums[0]), jax.nn.sigmoid(sums[1]), jax.nn.sigmoid(sums[2])
    cell = f * cell + i * jnp.tanh(sums[3])
    output = o * jnp.tanh(cell)
    return (output, cell), (output, cell)


def attention(parameters, window):
    """Output for the last row of window [lags, inputs], the latest last."""
    lags, hidden = window.shape[0], parameters["query"].shape[1]
    heads = hidden // HEAD_UNITS
    x = window[-1]
    query = (x @ parameters["query"]).reshape(heads, HEAD_UNITS)
    keys = (window @ parameters["key"]).reshape(lags, heads, HEAD_UNITS)
    values = (window @ parameters["value"]).reshape(lags, heads, HEAD_UNITS)
    scores = jnp.einsum("hd,lhd->hl", query, keys) / jnp.sqrt(HEAD_UNITS) + parameters["bias"][:, :lags][:, ::-1]
    seen = jnp.einsum("hl,lhd->hd", jax.nn.softmax(scores, axis=1), values).reshape(hidden)
    mixed = seen @ parameters["mix"]
    return mixed + jax.nn.silu(jnp.concatenate([x, mixed]) @ parameters["inner"]) @ parameters["outer"]
