#!/usr/bin/env python3
"""Writes a made allocation instance of the size asked for, the same for the same arguments.

usage: allocation_city.py DEPOTS SHELTERS ITEMS SEED [LANES_A_SHELTER] > instance.json"""
import json
import random
import sys


def make(depots, shelters, items, seed, lanes_each=12):
    r = random.Random(seed)
    made_items = [{"id": f"I{k}", "volume_m3": round(r.uniform(0.03, 0.18), 4), "weight_kg": round(r.uniform(1, 40), 1),
                   "shortage_cost": round(r.uniform(10, 200), 2)} for k in range(items)]
    volume = [i["volume_m3"] for i in made_items]
    at = [(r.uniform(0, 40), r.uniform(0, 40)) for _ in range(depots)]
    scale = shelters / depots
    made_depots = []
    for d in range(depots):
        stock = {f"I{k}": round(r.uniform(50, 550) * scale) for k in range(items) if r.random() < 0.8}
        held = sum(q * volume[int(k[1:])] for k, q in stock.items())
        made_depots.append({"id": f"D{d}", "stock": stock, "dispatch_m3": round(held * r.uniform(0.7, 0.95), 2)})
    made_shelters, lanes = [], []
    for s in range(shelters):
        x, y = r.uniform(0, 40), r.uniform(0, 40)
        need = {f"I{k}": r.randint(20, 700) for k in range(items) if r.random() < 0.7}
        made_shelters.append({"id": f"S{s}", "need": need})
        near = sorted((((at[d][0] - x) ** 2 + (at[d][1] - y) ** 2) ** 0.5 * r.uniform(1.1, 1.6), d) for d in range(depots))
        lanes += [{"depot": f"D{d}", "shelter": f"S{s}", "cost_per_m3": round(1.5 + km, 3)} for km, d in near[:lanes_each]]
    return {"format": "haven.allocation.instance/1", "name": f"city-{depots}-{shelters}-{items}-{seed}", "items": made_items,
            "depots": made_depots, "shelters": made_shelters, "lanes": lanes, "fairness": "none"}


if __name__ == "__main__":
    json.dump(make(*map(int, sys.argv[1:])), sys.stdout)
