"""Operation -> permission. The root refuses to register an operation that is not here; OWN: whoever is signed in
or holds a token.
"""

from __future__ import annotations

OWN = "own"
PUBLIC = "public"

OPERATIONS: dict[str, str] = {
    "act": OWN,  # each verb carries its own permission, which act() checks
    "me": OWN,
    "loops": "loop.view",
    "loop": "loop.view",
    "loops_open": "loop.bulk",
    "loops_advance": "loop.bulk",
    "loop_file": "loop.view",
    "file_upload": "file.upload",
    "kinds": "kind.view",
    "areas": "territory.view",
    "units": "unit.view",
    "people": "person.search",
    "person": "person.view",
    "custody_balances": "custody.view",
    "custody_held": "custody.view",
    "ledger_head": OWN,
    "tokens": "token.own",
    "token_create": "token.own",
    "openapi": PUBLIC,
}
