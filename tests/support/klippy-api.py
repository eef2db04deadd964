#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# Asks klippy one thing on its API socket and prints the answer.
# Usage: klippy-api.py SOCKET METHOD [PARAMS]   PARAMS is a JSON object
import json
import socket
import sys

END = b"\x03"  # behind each request and each answer

request = {
    "id": 1,
    "method": sys.argv[2],
    "params": json.loads(sys.argv[3]) if len(sys.argv) > 3 else {},
}
api = socket.socket(socket.AF_UNIX)
api.settimeout(5)
api.connect(sys.argv[1])
api.sendall(json.dumps(request).encode() + END)
answer = b""
while END not in answer:
    data = api.recv(4096)
    if not data:
        sys.exit("klippy has closed the connection")
    answer += data
print(answer.split(END)[0].decode())
