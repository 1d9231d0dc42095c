#!/usr/bin/env python3
"""Capacitated facility location as in the literature, made up, as a pre-positioning instance of one scenario.

  location_like.py FACILITIES CUSTOMERS RATIO SEED [alike]   prints a haven.preposition.instance/1

After Cornuéjols, Sridharan and Thizy 1991 (European Journal of Operational Research 50:280-297): places in the unit square,
demands of 5 to 35, capacities of 10 to 160 before they are scaled so that all together hold RATIO times the demand, fixed
costs of 0 to 90 + (100 to 110) times the root of the capacity, a unit costs ten times the distance. With "alike" all capacities
are equal, as in capa, capb and capc of the OR-Library (100 facilities, 1,000 customers, ratios of 11 to 24).
"""
import json
import math
import random
import sys

facilities, customers = int(sys.argv[1]), int(sys.argv[2])
ratio, seed, alike = float(sys.argv[3]), int(sys.argv[4]), len(sys.argv) > 5
chance = random.Random(seed)
sites = [(chance.random(), chance.random()) for _ in range(facilities)]
homes = [(chance.random(), chance.random()) for _ in range(customers)]
demand = [chance.randint(5, 35) for _ in range(customers)]
drawn = [85.0 if alike else chance.uniform(10, 160) for _ in range(facilities)]
capacity = [float(round(room * ratio * sum(demand) / sum(drawn))) for room in drawn]
fixed = [round(chance.uniform(0, 90) + chance.uniform(100, 110) * math.sqrt(room), 3) for room in capacity]
km = [[round(10 * math.dist(site, home), 4) for site in sites] for home in homes]
json.dump({
    "format": "haven.preposition.instance/1", "name": f"location-{facilities}-{customers}-{ratio:g}-{seed}{'-alike' * alike}",
    "sites": [{"id": f"F{i}", "sizes": [{"id": "open", "fixed_cost": fixed[i], "capacity_m3": capacity[i]}]}
              for i in range(facilities)] + [{"id": f"C{j}", "sizes": []} for j in range(customers)],
    "items": [{"id": "unit", "volume_m3": 1, "price": 0, "holding_cost": 0, "shortage_cost": 10000, "transport_cost": 1}],
    "arcs": [{"id": f"{i}-{j}", "from": f"F{i}", "to": f"C{j}", "km": km[j][i]}
             for j in range(customers) for i in range(facilities)],
    "scenarios": [{"id": "only", "probability": 1, "demand": {f"C{j}": {"unit": demand[j]} for j in range(customers)}}],
}, sys.stdout, separators=(",", ":"))
