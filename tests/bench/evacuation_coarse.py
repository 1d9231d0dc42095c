#!/usr/bin/env python3
"""Small instances with the streets of a real one, for optima by integer programming: its steps joined to long ones, its people and capacities in
lots, its horizon cut, some of its zones.
usage: evacuation_coarse.py INSTANCE.json FOLDER    writes FOLDER/coarse-*.json"""
import json
import math
import os
import sys

# steps joined, people of a lot, horizon in long steps, zones, people's share of all
CASES = [(4, 160, 8, 8, 0.1), (3, 80, 9, 6, 0.1), (6, 240, 7, 5, 0.2)]


def coarse(instance, steps, lot, horizon, zones, share):
    """Travel rounded up, capacities and places down, people up."""
    links = [dict(id=k["id"], travel_steps=math.ceil(k["travel_steps"] / steps), capacity_per_step=k["capacity_per_step"] * steps // lot,
                  **{"from": k["from"], "to": k["to"]}) for k in instance["links"]]
    return dict(instance, name=f"{instance['name']}, steps of {steps}, lots of {lot}, {zones} zones", step_s=instance["step_s"] * steps,
                horizon_steps=horizon, links=[k for k in links if k["capacity_per_step"] > 0],
                zones=[dict(z, people=math.ceil(z["people"] * share / lot)) for z in instance["zones"][:zones]],
                shelters=[dict(s, capacity=s["capacity"] // lot) for s in instance["shelters"]])


def main():
    instance = json.load(open(sys.argv[1]))
    for number, case in enumerate(CASES, 1):
        with open(os.path.join(sys.argv[2], f"coarse-{number}.json"), "w") as file:
            json.dump(coarse(instance, *case), file)


main()
