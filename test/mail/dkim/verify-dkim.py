"""Reads {"record": {"name", "value"}, "messages": [base64]} and writes a list that says of each message
whether dkimpy verifies its signature."""

import base64
import json
import sys

import dkim

request = json.load(sys.stdin)
record = request["record"]


def look_up(name, timeout=5):
    wanted = record["name"].encode() + b"."
    return record["value"].encode() if name == wanted else None


verdicts = [
    dkim.verify(base64.b64decode(message), dnsfunc=look_up)
    for message in request["messages"]
]
json.dump(verdicts, sys.stdout)
