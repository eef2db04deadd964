#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
"""Check each line of standard input against docs/json.schema.json.

Usage: schema.py KIND     one of its $defs, which all lines have to be

The schema lets readers meet keys of later versions. Here a key that it does not
name is an error: it was forgotten there.
"""

import json
import pathlib
import sys

import jsonschema

SCHEMA = pathlib.Path(__file__).resolve().parents[2] / "docs/json.schema.json"


def close(node):
    """Forbid, at every depth, the keys that are not named."""
    if isinstance(node, list):
        for item in node:
            close(item)
    elif isinstance(node, dict):
        if "properties" in node:
            node["additionalProperties"] = False
        for item in node.values():
            close(item)


def check(schema, lines):
    validator = jsonschema.Draft202012Validator(schema)
    for line in lines:
        for error in validator.iter_errors(json.loads(line)):
            sys.exit(f"{error.json_path}: {error.message}\nin {line}")


def main():
    lines = sys.stdin.read().splitlines()
    if not lines:
        sys.exit("no line came")
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    check(schema, lines)
    close(schema)
    schema["anyOf"] = [{"$ref": "#/$defs/" + sys.argv[1]}]
    check(schema, lines)


if __name__ == "__main__":
    main()
