"""Holds schemas/openapi.yaml against a running coordinator.

  openapi_check.py URL ROUTES      ROUTES: what build/tests/tools/api_routes prints

Every route of the server is in the contract and every path of the contract is a route; every GET is asked,
with and without a look back, in each format that the contract names, and every answer has the status, type and
shape that stand there; what is not offered is refused as RFC 9457 says. Prints what is wrong, and fails.
"""
import csv
import io
import json
import re
import sys
import urllib.error
import urllib.parse
import urllib.request

import jsonschema
import yaml

BASE = "/api/v1"
FORMATS = {"application/json": "json", "application/geo+json": "geojson", "text/csv": "csv"}
OUTSIDE = {("GET", "/healthz"), ("GET", "/readyz"), ("GET", "/metrics")}  # for machines, not of the contract
TOKEN = sys.argv[3] if len(sys.argv) > 3 else None
faults = []


def fault(text):
    faults.append(text)
    print("FAULT:", text)


def ask(path, accept=None, method="GET"):
    request = urllib.request.Request(sys.argv[1] + path, method=method)
    if accept:
        request.add_header("Accept", accept)
    if TOKEN:
        request.add_header("Authorization", "Bearer " + TOKEN)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as answer:
        return answer.code, answer.headers, answer.read()


def plain(pattern):
    return re.sub(r"\{[^}]*\}", "{}", pattern)


with open("schemas/openapi.yaml", encoding="utf-8") as file:
    contract = yaml.safe_load(file)
with open(sys.argv[2], encoding="utf-8") as file:
    routes = {tuple(line.split()) for line in file} - OUTSIDE
named = {(method.upper(), BASE + path) for path, item in contract["paths"].items() for method in item}
for method, path in sorted({(m, plain(p)) for m, p in routes} - {(m, plain(p)) for m, p in named}):
    fault(f"{method} {path} is served and not in the contract")
if "--whole" in sys.argv:
    for method, path in sorted({(m, plain(p)) for m, p in named} - {(m, plain(p)) for m, p in routes}):
        fault(f"{method} {path} is in the contract and not served")


def resolve(thing):
    while "$ref" in thing:
        at = contract
        for step in thing["$ref"][2:].split("/"):
            at = at[step]
        thing = at
    return thing


def check_shape(what, schema, value):
    validator = jsonschema.Draft202012Validator({**schema, "components": contract["components"]})
    for error in list(validator.iter_errors(value))[:3]:
        where = "/".join(str(step) for step in error.absolute_path)
        fault(f"{what}: {where}: {error.message[:200]}")


def check_problem(what, status, headers, body):
    if headers.get("Content-Type") != "application/problem+json":
        fault(f"{what}: status {status} without a problem document")
        return
    value = json.loads(body)
    check_shape(what, {"$ref": "#/components/schemas/Problem"}, value)
    if value.get("status") != status:
        fault(f"{what}: the problem says {value.get('status')}, the status is {status}")


def first_id(path):
    if path == "/log":
        return 1
    status, _, body = ask(BASE + path)
    items = json.loads(body).get("items", []) if status == 200 else []
    return items[0].get("id", items[0].get("position")) if items else None


EXERCISE = "演练 EXERCISE"


def exercised(value):
    """What of GeoJSON has to say that it is an exercise: a collection, and the properties of each feature."""
    features = value.get("features", [value])
    return [feature["properties"] for feature in features] + ([value] if "features" in value else [])


def says_exercise(media, text):
    if media != "text/csv":
        return media != "text/html" or EXERCISE in text
    head, _, *rows = csv.reader(io.StringIO(text))
    return (head[-1] == "exercise" or head[0] == "mode") and all(EXERCISE in row for row in rows)


def is_list(schema):
    """Whether a schema is List, or made of it."""
    return schema.get("$ref", "").endswith("/List") or any(is_list(part) for part in [*schema.get("allOf", ()), *([resolve(schema)] if "$ref" in schema else ())])


# What is asked for piece by piece, with `next`, and whose rows have nothing in common: docs/HTTP.md.
NO_SHEET = {"/log"}
# Members that stand in CSV under another name, or are left to JSON: how a record came in, and the details of a request.
ELSEWHERE = {"/notes": {"actor", "cause", "mono_ms", "record"}, "/alerts": {"actor", "alert", "cause", "mono_ms", "record"},
             "/handovers": {"actor", "cause", "mono_ms", "record"}}
WITHOUT_LINES = {"/hazards": (), "/ledger": (), "/waybills": ()}  # whose items make a row for each line: never fewer rows than items


def check_sheet(path, body):
    """CSV of a list says what its JSON says: each item, and each member that is no list or object."""
    head, tags, *rows = csv.reader(io.StringIO(body.decode()))
    value = json.loads(ask(f"{BASE}{path}?limit=1000" if path != "/accounts" else BASE + path)[2])
    if any(len(row) != len(head) for row in [tags, *rows]) or not all(tag.startswith("#") for tag in tags) or len(set(head)) != len(head):
        fault(f"GET {path} as text/csv: the lines are not of one length, a column has no tag, or two have one name")
    if len(rows) < value["total"] if path in WITHOUT_LINES else len(rows) != value["total"]:
        fault(f"GET {path} as text/csv: {len(rows)} rows of {value['total']} items")
    members = {name for item in value["items"] for name, member in item.items() if isinstance(member, (str, int, float))}
    if path not in TABLES and members - set(head) - ELSEWHERE.get(path, set()):
        fault(f"GET {path} as text/csv: there is no column {sorted(members - set(head) - ELSEWHERE.get(path, set()))}")


def sheet(path, **query):
    """Rows of CSV by their headings."""
    what = f"{BASE}{path}?{urllib.parse.urlencode(query)}"
    status, _, body = ask(what, "text/csv")
    head, tags, *rows = csv.reader(io.StringIO(body.decode()))
    if status != 200 or any(len(row) != len(head) for row in [tags, *rows]) or not all(tag.startswith("#") for tag in tags) or len(set(head)) != len(head) or len(set(tags)) != len(tags):
        fault(f"GET {what} as text/csv: {status}, the lines are not of one length, a column has no tag, or two have one")
    return [dict(zip(head, row)) for row in rows]


def cell(value):
    return "" if value is None else str(value).lower() if isinstance(value, bool) else ";".join(value) if isinstance(value, list) else str(value)


def check_rows(what, rows, wanted):
    """Rows of CSV say what is wanted of each, in that order."""
    said = [{name: row.get(name) for name in want} for row, want in zip(rows, wanted)]
    if len(rows) != len(wanted) or said != [{name: cell(value) for name, value in want.items()} for want in wanted]:
        fault(f"{what} as text/csv: {len(rows)} rows of {len(wanted)}: {said[:2]} are not {wanted[:2]}")


def flat(line):
    """The words, figures and answers of a line."""
    return {name: value for name, value in line.items() if isinstance(value, (str, int, bool)) or (isinstance(value, list) and all(isinstance(one, str) for one in value))}


def check_lines():
    """CSV of requests and orders by line, of each part of a plan, of what changes between two, and of charts: all that their JSON has."""
    seen = 0
    by_id = {}
    for row in sheet("/requests", view="lines", all="true"):
        by_id.setdefault(row["id"].lstrip("'"), []).append(row)
    for item in json.loads(ask(f"{BASE}/requests?limit=1000&all=true")[2])["items"]:
        lines = item.get("tracks") or [{}]
        check_rows(f"request {item['id']}", by_id.get(item["id"], []), [{"urgency": item["urgency"], **flat(line)} for line in lines])
        seen += len(item.get("tracks") or ())
    by_id = {}
    for row in sheet("/orders", view="lines", all="true"):
        by_id.setdefault(row["id"], []).append(row)
    for item in json.loads(ask(f"{BASE}/orders?limit=1000&all=true")[2])["items"]:
        stops = [{"part": "runs", "bus": run["number"], "bus_to": run["shelter"], **flat(stop)} for run in item.get("runs", ()) for stop in run["stops"]]
        lines = [{"part": "people", **flat(line)} for line in item["people"]] + stops + [{"part": part, **flat(line)} for part in ("lines", "sent") for line in item.get(part, ()) ]
        check_rows(f"order {item['id']}", by_id.get(str(item["id"]), []), [{"kind": item["kind"], "addressee": item["addressee"], **{name: value for name, value in line.items() if name != "damaged"}} for line in lines or [{}]])
        seen += len(lines)
    if seen < 3:
        fault("the picture of this test has no lines of requests and orders")
    number = first_id("/plans")
    plan = json.loads(ask(f"{BASE}/plans/{number}")[2])
    inside = {"runs": ("buses", "stops"), "trips": ("fleet", "load"), "undelivered": ("fleet", None), "kits": ("goods", None), "transfers": ("goods", None), "order_changes": ("goods", None)}
    full = 0
    for part in ("moves", "on_way", "changes", "left", "reversals", "runs", "shipments", "trips", "undelivered", "kits", "transfers", "order_changes"):
        within, lines = inside.get(part, (None, None))
        items = ((plan[within] or {}) if within else plan).get(part, [])
        wanted = [{**flat(item), **{("stop_" + name if part == "runs" and name.endswith("_s") else name): value for name, value in flat(line).items()}} for item in items for line in (item[lines] if lines else [{}])]
        check_rows(f"plan {number}, {part}", sheet(f"/plans/{number}", part=part), [{name: value for name, value in want.items() if name != "starts_wall_ms"} for want in wanted])
        full += len(wanted) > 0
    if full < 2:
        fault(f"plan {number} of this test has {full} parts with something in them")
    status, headers, body = ask(f"{BASE}/plans/{number}?part=nonsense", "text/csv")
    check_problem("a part that no plan has", status, headers, body)
    difference = json.loads(ask(f"{BASE}/plans/{number}/diff")[2])
    check_rows("a comparison", sheet(f"/plans/{number}/diff"), [{"plan": number, "against": difference["against"], "part": part, **line} for part in ("moves", "shipments") for line in difference[part]])
    charts, rows = json.loads(ask(f"{BASE}/series")[2]), sheet("/series")
    count = min(len(charts["wall_ms"]), len(rows))  # one may have been taken between the two questions
    if count == 0 or abs(len(charts["wall_ms"]) - len(rows)) > 1:
        fault(f"series as text/csv: {len(rows)} rows of {len(charts['wall_ms'])} samples")
    for i in range(count):
        if rows[i]["wall_ms"] != str(charts["wall_ms"][i]) or any(rows[i][name] != "" if values[i] is None else float(rows[i][name]) != values[i] for name, values in charts["series"].items()):
            fault(f"series as text/csv: sample {i}: {rows[i]}")
            break


def sample(schema):
    return str(schema["enum"][0] if "enum" in schema else schema.get("minimum", 1) if schema.get("type") == "integer" else
               "true" if schema.get("type") == "boolean" else "x")


def check_parameters(target, operation):
    """The server takes the parameters that the contract names, sorts by whatever its items have, and takes no others."""
    parameters = [resolve(parameter) for parameter in operation.get("parameters", ())]
    for one in parameters:
        query = {one["name"]: sample(one.get("schema", {}))}
        status, _, body = ask(f"{BASE}{target}?{urllib.parse.urlencode(query)}")
        if one["in"] == "query" and b"there is no parameter" in body:
            fault(f"GET {target}: {one['name']}: {status} {body[:200]!r}")
    status, headers, body = ask(f"{BASE}{target}?nonsense=1")
    check_problem(f"GET {target}?nonsense=1", status, headers, body)
    if status != 400:
        fault(f"GET {target}?nonsense=1: {status}")
    if not any(one["name"] == "sort" for one in parameters):
        return
    items = json.loads(ask(f"{BASE}{target}")[2])["items"]
    members = {name for item in items for name, value in item.items() if isinstance(value, (str, int, float))}
    for member in sorted(TABLES.get(target, members) & members)[:4]:
        for mark in ("", "-"):
            status, _, body = ask(f"{BASE}{target}?limit=1000&sort={mark}{member}")
            values = [item.get(member) for item in json.loads(body)["items"]] if status == 200 else []
            known = [value for value in values if value is not None]
            # strings as the server compares them, by their bytes
            keys = [value.encode() if isinstance(value, str) else value for value in known]
            if status != 200 or keys != sorted(keys, reverse=mark == "-") or values[:len(known)] != known:
                fault(f"GET {target}?sort={mark}{member}: {status} {values[:8] or body[:200]}")
    status, headers, body = ask(f"{BASE}{target}?sort=nonsense")
    if items and status != 400:
        fault(f"GET {target}?sort=nonsense: {status}")


# Of requests and orders the items are whole, and are sorted by the columns that they have as tables.
TABLES = {"/requests": {"id", "number", "kind", "urgency"}, "/orders": {"id", "revision", "kind", "post", "addressee", "state", "overdue", "plan"}}


def check_get(path, operation):
    if path.startswith("/events") or "200" not in operation["responses"]:  # read as it comes, or piece by piece: http_check.py
        return 0
    target = path
    for name in re.findall(r"\{[^}]*\}", path):
        found = first_id(path.split("/{")[0])
        if found is None:
            fault(f"GET {path}: the picture of this test has none of it")
            return 0
        target = target.replace(name, urllib.request.quote(str(found), safe=""))
    good = resolve(operation["responses"]["200"])
    whole_list = is_list(good["content"].get("application/json", {}).get("schema", {}))
    if whole_list and ("text/csv" in good["content"]) == (path in NO_SHEET):
        fault(f"GET {path}: a list {'has' if path in NO_SHEET else 'has no'} CSV")
    for media, content in good["content"].items():
        accept = None if media == "text/html" else media
        status, headers, body = ask(BASE + target, accept)
        what = f"GET {target} as {media}"
        kind = (headers.get("Content-Type") or "").split(";")[0]
        if status != 200 or kind != media:
            fault(f"{what}: status {status}, type {kind}: {body[:200]!r}")
            continue
        if media.endswith("json"):
            value = json.loads(body)
            check_shape(what, content["schema"], value)
            if "geo" in media and not all(EXERCISE == one.get("exercise") for one in exercised(value)):
                fault(f"{what}: a part of it does not say that it is an exercise")
        elif media == "text/csv" and not body.split(b"\r\n")[1].startswith(b"#"):
            fault(f"{what}: the second line has no HXL tags")
        elif media == "text/csv" and whole_list:
            check_sheet(path, body)
        if media.startswith("text/") and not says_exercise(media, body.decode()):
            fault(f"{what}: not all of it says that it is an exercise")
        if "ETag" in good.get("headers", {}):
            check_tag(target, accept, headers.get("ETag"))
    check_parameters(target, operation)
    taken = {parameter.get("$ref", "").rsplit("/", 1)[-1] for parameter in operation.get("parameters", ())}
    for name, query in (("Limit", "limit=1"), ("Offset", "offset=0"), ("Q", "q=a"), ("Bbox", "bbox=-180,-90,180,90")):
        if name in taken and ask(f"{BASE}{target}?{query}")[0] != 200:
            fault(f"GET {target}?{query}: refused")
    return 1


def ask_again(target, accept, tag):
    """Status and ETag of a question that names the tag it had: 304, or 200 with another tag where the answer has moved on."""
    request = urllib.request.Request(sys.argv[1] + BASE + target, headers={"If-None-Match": tag})
    if accept:
        request.add_header("Accept", accept)
    if TOKEN:
        request.add_header("Authorization", "Bearer " + TOKEN)
    try:
        answer = urllib.request.urlopen(request, timeout=20)
    except urllib.error.HTTPError as refused:
        answer = refused
    return answer.status, answer.headers.get("ETag")


def check_tag(target, accept, tag):
    """Tags move with the log and, where ages are shown, every ten seconds: either may fall between two questions, not between all."""
    for _ in range(5):
        if not tag:
            fault(f"GET {target}: no ETag")
            return
        status, now = ask_again(target, accept, tag)
        if status == 304:
            return
        if status != 200 or now == tag:
            break
        tag = now
    fault(f"GET {target}: its own ETag gives {status}")


ROLES = ("viewer", "shelter-staff", "depot-staff", "planner", "approver", "exercise-controller", "evaluator", "administrator")


def send(method, path, body, token):
    request = urllib.request.Request(sys.argv[1] + BASE + path, json.dumps(body).encode(), {"Content-Type": "application/json"}, method=method)
    if token:
        request.add_header("Authorization", "Bearer " + token)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as answer:
        return answer.code, answer.read()


def token_of(role):
    """That of an account with this role alone, once it is known."""
    status, body = send("PUT", f"/accounts/only-{role}", {"roles": [role], "token": True}, TOKEN)
    if status != 200:
        fault(f"PUT /accounts/only-{role}: {status} {body!r}")
    token = json.loads(body)["token"]
    while send("GET", "/session", {}, token)[0] != 200 or json.loads(send("GET", "/session", {}, token)[1])["account"] != f"only-{role}":
        pass
    return token


def check_roles():
    """Every write by every role alone, and by nobody, with a body that no write takes: who may is told what is wrong with it, who may not
    that he may not."""
    tokens, tried = {role: token_of(role) for role in ROLES}, 0
    for path, item in contract["paths"].items():
        for method in sorted(item.keys() & {"post", "put", "patch", "delete"}):
            may, operation = item[method].get("x-role"), item[method]["operationId"]
            if may is None:
                if operation not in ("logIn", "logOut", "changePassword"):
                    fault(f"{operation} says nobody who may")
                continue
            target = re.sub(r"\{(plan|order)\}", "999999", re.sub(r"\{id\}", "not-there", path))
            for role, token in [*tokens.items(), (None, None)]:
                status, body = send(method.upper(), target, {"nothing has such a member": True}, token)
                tried += 1
                if role is None and status != 401:
                    fault(f"{operation} by nobody: {status} {body!r}")
                elif role in may and status in (401, 403) or role in may and status // 100 != 4:
                    fault(f"{operation} by {role}, who may: {status} {body!r}")
                elif role is not None and role not in may and (status != 403 or any(one not in body.decode() for one in may)):
                    fault(f"{operation} by {role}, who may not: {status} {body!r}")
    return tried


asked = 0
for path, item in contract["paths"].items():
    if ("GET", plain(BASE + path)) in {(m, plain(p)) for m, p in routes}:
        asked += check_get(path, item["get"])
    others = {"PATCH", "POST", "DELETE", "PUT", "GET"} - {method.upper() for method in item}
    if any(plain(BASE + path) == plain(p) for _, p in routes):
        target = BASE + re.sub(r"\{[^}]*\}", "1", path)
        method = sorted(others)[0]
        status, headers, body = ask(target, method=method)
        if status != 405 or not headers.get("Allow"):
            fault(f"{method} {target}: {status}, Allow {headers.get('Allow')}")
        else:
            check_problem(f"{method} {target}", status, headers, body)
for target in ("/api/v1/nothing", "/api/v1/shelters/%20none", "/api/v1/shelters?colour=red",
               "/api/v1/shelters?limit=0", "/api/v1/shelters?bbox=1,2,3"):
    status, headers, body = ask(target)
    if status // 100 != 4:
        fault(f"GET {target}: {status}")
    else:
        check_problem(f"GET {target}", status, headers, body)
check_lines()
tried = check_roles() if "--whole" in sys.argv else 0
print(f"openapi: {len(named)} operations in the contract, {len(routes)} routes served, {asked} questions asked, {tried} writes tried, "
      f"{len(faults)} faults")
sys.exit(1 if faults or asked == 0 else 0)
