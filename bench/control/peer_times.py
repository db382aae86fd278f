# SPDX-License-Identifier: Apache-2.0
"""When a Peer was created, accepted and ready, as a watch sees it.

    peer_times.py URL CA_FILE TOKEN_FILE NAME

Prints "watching" and then "created TIME", "accepted TIME", "ready TIME".
"""
import http.client
import json
import ssl
import sys
import time
import urllib.parse

PEERS = "/apis/octopus.io/v1alpha1/namespaces/syncer-operator/peers"


def connect(url, ca_file):
    parts = urllib.parse.urlsplit(url)
    return http.client.HTTPSConnection(
        parts.hostname, parts.port,
        context=ssl.create_default_context(cafile=ca_file))


def get(connection, token, path):
    connection.request("GET", path, headers={
        "Authorization": "Bearer " + token, "Accept": "application/json"})
    reply = connection.getresponse()
    if reply.status != 200:
        sys.exit("%s: %d" % (path, reply.status))
    return reply


def condition(peer, kind):
    for c in peer.get("status", {}).get("conditions", []):
        if c["type"] == kind:
            return c["status"] == "True"
    return False


def states(event):
    """What of it is so."""
    peer = event["object"]
    yield "created"
    if condition(peer, "Accepted"):
        yield "accepted"
    if condition(peer, "Ready"):
        yield "ready"


def main():
    url, ca_file, token_file, name = sys.argv[1:]
    with open(token_file, encoding="ascii") as f:
        token = f.read().strip()
    connection = connect(url, ca_file)
    peers = json.load(get(connection, token, PEERS))
    version = peers["metadata"]["resourceVersion"]
    connection.close()
    events = get(connection, token, PEERS + "?watch=true&resourceVersion=" +
                 version)
    print("watching", flush=True)
    said = set()
    for line in events:
        now = time.time()
        event = json.loads(line)
        if event["type"] not in ("ADDED", "MODIFIED"):
            continue
        if event["object"]["metadata"]["name"] != name:
            continue
        for state in states(event):
            if state not in said:
                said.add(state)
                print("%s %.6f" % (state, now), flush=True)


if __name__ == "__main__":
    main()
