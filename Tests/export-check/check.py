"""Reads what `mete export` and `mete trace --perfetto` have written with parsers that are not mete's, and fails where they object.

usage: check.py csv|jsonl|openmetrics|trace FILE
"""

import csv
import datetime
import json
import sys


def fail(text):
    sys.exit(f"{sys.argv[1]} {sys.argv[2]}: {text}")


def need(holds, text):
    if not holds:
        fail(text)


def check_time(text, nanoseconds):
    date, fraction = text[:-1].split(".")
    seconds = datetime.datetime.fromisoformat(date + "+00:00").timestamp()
    need(text.endswith("Z") and len(fraction) == 9, f"{text} is no time with nanoseconds")
    need(int(seconds) * 10**9 + int(fraction) == nanoseconds, f"{text} is not {nanoseconds}")


def check_csv(path):
    with open(path, newline="", encoding="utf-8") as file:
        text = file.read()
        need(text.endswith("\r\n"), "lines do not end with CR and LF")
        file.seek(0)
        rows = list(csv.DictReader(file, strict=True))
    need(rows, "no row")
    for row in rows:
        need(None not in row and None not in row.values(), f"a row of another length: {row}")
        need(row["kind"] in ("sample", "machine", "caveat"), f"kind {row['kind']}")
        if row["kind"] != "caveat":
            check_time(row["time"], int(row["end_ns"]))
    return rows


def check_jsonl(path):
    with open(path, encoding="utf-8") as file:
        rows = [json.loads(line, parse_constant=fail, object_pairs_hook=unique) for line in file]
    need(rows, "no line")
    for row in rows:
        if row["kind"] != "caveat":
            check_time(row["time"], row["end_ns"])
    return rows


def unique(pairs):
    need(len({key for key, _ in pairs}) == len(pairs), f"a name twice: {pairs}")
    return dict(pairs)


def check_openmetrics(path):
    # https://pypi.org/project/prometheus-client/: the reference parser of the format.
    from prometheus_client.openmetrics.parser import text_string_to_metric_families

    with open(path, encoding="utf-8") as file:
        families = list(text_string_to_metric_families(file.read()))
    need(any(family.samples for family in families), "no sample")
    for family in families:
        need(family.type in ("counter", "gauge", "info"), f"{family.name} is of type {family.type}")
        last, created = {}, {}
        for sample in family.samples:
            key = tuple(sorted(sample.labels.items()))
            if family.type != "counter":
                continue
            if sample.name.endswith("_created"):
                # It counts from its first point on, and does not begin anew.
                need(sample.value <= float(sample.timestamp), f"{family.name} counts since later")
                need(created.setdefault(key, sample.value) == sample.value, f"{family.name} begins anew")
                continue
            need(key in last or sample.value == 0, f"{family.name} does not begin with 0")
            need(sample.value >= last.get(key, 0), f"{family.name} falls")
            last[key] = sample.value
        need(created.keys() == last.keys(), f"{family.name} does not say since when")
    return families


def check_trace(path):
    """The Trace Event Format, JSON object form: the phases that mete uses, their fields, and what a viewer relies on."""
    with open(path, encoding="utf-8") as file:
        trace = json.load(file, parse_constant=fail, object_pairs_hook=unique)
    need(isinstance(trace.get("traceEvents"), list) and trace["traceEvents"], "no traceEvents")
    need(trace.get("displayTimeUnit") in ("ms", "ns"), "displayTimeUnit")
    ends, counters, processes = {}, {}, {}
    for event in trace["traceEvents"]:
        phase = event.get("ph")
        need(isinstance(event.get("name"), str) and event["name"], f"no name: {event}")
        need(isinstance(event.get("pid"), int), f"no pid: {event}")
        if phase == "M":
            kind, arguments = event["name"], event["args"]
            if kind in ("process_name", "thread_name"):
                need(isinstance(arguments["name"], str), f"{event}")
            else:
                need(kind in ("process_sort_index", "thread_sort_index"), f"unknown metadata: {event}")
                need(isinstance(arguments["sort_index"], int), f"{event}")
            need(kind.startswith("process") or isinstance(event.get("tid"), int), f"no tid: {event}")
            continue
        need(isinstance(event.get("ts"), (int, float)) and event["ts"] >= 0, f"no ts: {event}")
        # In whole nanoseconds: microseconds with three places do not add up in binary.
        start = round(event["ts"] * 1000)
        if phase == "X":
            need(isinstance(event.get("dur"), (int, float)) and event["dur"] >= 0, f"no dur: {event}")
            need(isinstance(event.get("tid"), int), f"no tid: {event}")
            need(isinstance(event.get("cat"), str), f"no cat: {event}")
            # A thread id belongs to one process: viewers take it for the thread's name.
            need(processes.setdefault(event["tid"], event["pid"]) == event["pid"], f"a tid in two processes: {event}")
            track = (event["pid"], event["tid"])
            need(start >= ends.get(track, 0), f"overlaps the slice before it, which ends at {ends.get(track)}: {event}")
            ends[track] = start + round(event["dur"] * 1000)
        elif phase == "C":
            need(event["args"], f"no value: {event}")
            for series, value in event["args"].items():
                need(isinstance(value, (int, float)), f"no number: {event}")
                track = (event["pid"], event["name"], series)
                need(start >= counters.get(track, 0), f"goes back in time: {event}")
                counters[track] = start
        elif phase == "i":
            need(event.get("s") in ("g", "p", "t"), f"no scope: {event}")
        else:
            fail(f"unknown phase: {event}")
    need(isinstance(trace["otherData"]["caveats"], list), "no list of caveats")
    return trace


if __name__ == "__main__":
    found = {"csv": check_csv, "jsonl": check_jsonl, "openmetrics": check_openmetrics, "trace": check_trace}[sys.argv[1]](
        sys.argv[2]
    )
    print(f"{sys.argv[1]}: {len(found)} read")
