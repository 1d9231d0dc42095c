#!/usr/bin/env python3
"""Makes road networks with an evacuation to plan on them, as haven.evacuation.instance/1.

usage: evacuation_network.py NODES LINKS ZONES SHELTERS PEOPLE HORIZON [SEED] > INSTANCE.json

A jittered grid: a spanning tree of two-way streets and, at random, more of them up to LINKS. Every sixth row and
column is a main road, quicker and with more lanes. Zones lie on one side, in reach of the hazard; shelters anywhere
but there, with a fifth more places than people. The same arguments give the same network."""
import json
import random
import sys


def streets(width, height, rng):
    """All pairs of neighbours, those of a random spanning tree first."""
    pairs = [(y * width + x, y * width + x + 1) for y in range(height) for x in range(width - 1)]
    pairs += [(y * width + x, y * width + x + width) for y in range(height - 1) for x in range(width)]
    rng.shuffle(pairs)
    root = list(range(width * height))

    def find(v):
        while root[v] != v:
            root[v] = root[root[v]]
            v = root[v]
        return v

    tree, rest = [], []
    for a, b in pairs:
        ra, rb = find(a), find(b)
        (tree if ra != rb else rest).append((a, b))
        root[ra] = rb
    return tree + rest


def link(name, a, b, width, rng):
    main = (a % width == b % width and a % width % 6 == 0) or (a // width == b // width and a // width % 6 == 0)
    return {"id": name, "from": f"n{a}", "to": f"n{b}", "travel_steps": 1 if main else rng.randint(1, 3),
            "capacity_per_step": rng.choice((60, 90, 120)) if main else rng.choice((12, 15, 30))}


def make(nodes, links, zones, shelters, people, horizon, seed=1, capacity_scale=1.0):
    rng = random.Random(seed)
    width = max(2, round(nodes**0.5))
    height = max(2, -(-nodes // width))
    rows = []
    for a, b in streets(width, height, rng):
        if len(rows) >= links:
            break
        row = link(f"s{len(rows)}", a, b, width, rng)
        rows += [row, dict(row, id=f"s{len(rows) + 1}", **{"from": row["to"], "to": row["from"]})]
    for row in rows:
        row["capacity_per_step"] = max(1, round(row["capacity_per_step"] * capacity_scale))
    count = width * height
    near = [v for v in range(count) if v % width < width // 3]
    far = [v for v in range(count) if v % width >= width // 3]
    homes = rng.sample(near, min(zones, len(near)))
    places = rng.sample(far, min(shelters, len(far)))
    share = [rng.randint(50, 150) for _ in homes]
    counts = [people * s // sum(share) for s in share]
    counts[0] += people - sum(counts)
    return {
        "format": "haven.evacuation.instance/1",
        "name": f"made-{nodes}-{links}-{zones}-{shelters}-{people}-{horizon}-{seed}",
        "step_s": 60, "horizon_steps": horizon,
        "nodes": [{"id": f"n{v}", "x": v % width, "y": v // width} for v in range(count)],
        "links": rows,
        "zones": [{"id": f"z{i}", "node": f"n{v}", "people": n} for i, (v, n) in enumerate(zip(homes, counts))],
        "shelters": [{"id": f"s{i}", "node": f"n{v}", "capacity": -(-people * 6 // (5 * len(places)))}
                     for i, v in enumerate(places)],
    }


if __name__ == "__main__":
    if len(sys.argv) not in (7, 8):
        sys.exit(__doc__)
    json.dump(make(*map(int, sys.argv[1:])), sys.stdout, separators=(",", ":"))
