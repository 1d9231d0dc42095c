#!/usr/bin/env python3
"""Pre-positioning instances like those of the literature (a coast hit by storms; Rawls and Turnquist 2010), made up.

  preposition_like.py SITES ROADS SCENARIOS SEED [ALPHA LAMBDA] [budget=MONEY] [service=P]
      prints a haven.preposition.instance/1; with ALPHA, CVaR

ROADS are undirected: each is two arcs. The last scenario is that nothing happens.
"""
import json
import math
import random
import sys

sites, roads, scenarios, seed = map(int, sys.argv[1:5])
risk = [float(word) for word in sys.argv[5:] if "=" not in word]
wishes = dict(word.split("=") for word in sys.argv[5:] if "=" in word)
chance = random.Random(seed)
places = [(chance.uniform(0, 1200), chance.uniform(0, 700)) for _ in range(sites)]


def apart(a, b):
    return math.dist(places[a], places[b])


def network():
    """The shortest tree, then the shortest roads that are left."""
    tree, inside = set(), {0}
    while len(inside) < sites:
        a, b = min(((a, b) for a in inside for b in range(sites) if b not in inside), key=lambda pair: apart(*pair))
        tree.add((min(a, b), max(a, b)))
        inside.add(b)
    rest = sorted(((a, b) for a in range(sites) for b in range(a + 1, sites) if (a, b) not in tree),
                  key=lambda pair: apart(*pair) * chance.uniform(0.8, 1.6))
    return sorted(tree) + rest[:max(0, roads - len(tree))]


items = [{"id": "water", "volume_m3": 4.1, "price": 648, "holding_cost": 162, "shortage_cost": 6480, "transport_cost": 0.19},
         {"id": "food", "volume_m3": 2.4, "price": 5420, "holding_cost": 1355, "shortage_cost": 54200,
          "transport_cost": 0.025},
         {"id": "medical", "volume_m3": 0.033, "price": 140, "holding_cost": 35, "shortage_cost": 1400,
          "transport_cost": 0.0004}]
sizes = [{"id": "small", "fixed_cost": 19600, "capacity_m3": 1031}, {"id": "medium", "fixed_cost": 188400, "capacity_m3": 11559},
         {"id": "large", "fixed_cost": 300000, "capacity_m3": 22087}]
arcs = []
for a, b in network():
    km = round(1.2 * apart(a, b), 3)
    arcs += [{"id": f"{a}-{b}", "from": f"N{a}", "to": f"N{b}", "km": km},
             {"id": f"{b}-{a}", "from": f"N{b}", "to": f"N{a}", "km": km}]


def storm(name, probability):
    eye, reach, force = chance.randrange(sites), chance.uniform(150, 400), chance.lognormvariate(0, 0.8)
    demand, surviving, broken = {}, {}, []
    for i in range(sites):
        near = 1 - apart(eye, i) / reach
        if near <= 0:
            continue
        demand[f"N{i}"] = {"water": round(1500 * force * near * chance.uniform(0.3, 1.5), 1),
                           "food": round(600 * force * near * chance.uniform(0.3, 1.5), 1),
                           "medical": round(2500 * force * near * chance.uniform(0.1, 2), 1)}
        if near > 0.75:
            surviving[f"N{i}"] = chance.choice((0, 0.5))
    for arc in arcs:
        if arc["from"] in surviving and chance.random() < 0.5:
            broken.append(arc["id"])
    return {"id": name, "probability": probability, "demand": demand, "surviving": surviving, "blocked_arcs": broken}


shares = [chance.uniform(0.5, 1.5) for _ in range(scenarios)]
document = {"format": "haven.preposition.instance/1", "name": f"like-{sites}-{roads}-{scenarios}-{seed}",
            "sites": [{"id": f"N{i}", "sizes": sizes} for i in range(sites)], "items": items, "arcs": arcs,
            "scenarios": [storm(f"S{s}", share / sum(shares)) for s, share in enumerate(shares[:-1])]}
document["scenarios"].append({"id": "nothing", "probability": 1 - sum(s["probability"] for s in document["scenarios"]),
                              "demand": {}})
if risk:
    document["risk"] = {"measure": "cvar", "alpha": risk[0], "lambda": risk[1]}
if "budget" in wishes:
    document["budget"] = float(wishes["budget"])
if "service" in wishes:
    document["service"] = {"probability": float(wishes["service"])}
json.dump(document, sys.stdout)
