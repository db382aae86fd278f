# SPDX-License-Identifier: Apache-2.0
"""The API server, and the objects of a kind as they are there."""

import base64
import http.client
import json
import re
import ssl
import threading
import time
import urllib.parse

MERGE = "application/merge-patch+json"
PATHS = {
    "pods": "/api/v1/namespaces/{}/pods",
    "services": "/api/v1/namespaces/{}/services",
    "deployments": "/apis/apps/v1/namespaces/{}/deployments",
    "endpointslices":
        "/apis/discovery.k8s.io/v1/namespaces/{}/endpointslices",
}


def say(text):
    print(time.strftime("%H:%M:%S"), text, flush=True)


class Api:
    """The API server of the kubeconfig; a connection for each thread."""

    def __init__(self, kubeconfig):
        with open(kubeconfig, encoding="utf-8") as f:
            text = f.read()

        def value(key):
            return re.search(rf"{key}: *\"?([^\s\"]+)", text).group(1)

        self.url = urllib.parse.urlsplit(value("server"))
        self.token = value("token")
        ca = base64.b64decode(value("certificate-authority-data")).decode()
        self.tls = ssl.create_default_context(cadata=ca)
        self.own = threading.local()

    def send(self, method, path, body, kind):
        if not getattr(self.own, "connection", None):
            self.own.connection = http.client.HTTPSConnection(
                self.url.hostname, self.url.port, context=self.tls,
                timeout=60)
        self.own.connection.request(
            method, path, None if body is None else json.dumps(body),
            {"Authorization": f"Bearer {self.token}", "Content-Type": kind})
        return self.own.connection.getresponse()

    def stream(self, method, path, body=None, kind="application/json"):
        """The response. A connection that was idle may be dead: once more."""
        for last in False, True:
            try:
                return self.send(method, path, body, kind)
            except (OSError, http.client.HTTPException):
                self.own.connection = None
                if last:
                    raise

    def call(self, method, path, body=None, kind="application/json"):
        """The object; None: refused, by somebody's other write perhaps."""
        with self.stream(method, path, body, kind) as response:
            answer = json.loads(response.read())
            if response.status < 300:
                return answer
        if response.status not in (404, 409):
            say(f"{method} {path}: {answer.get('message')}")
        return None


def key_of(o):
    return o["metadata"]["namespace"], o["metadata"]["name"]


def version_of(o):
    return int(o["metadata"]["resourceVersion"])


class Store(threading.Thread):
    """All objects of a kind, and the writes to them, which are seen at once."""

    def __init__(self, api, kind, changed):
        super().__init__(daemon=True)
        self.api, self.kind, self.changed = api, kind, changed
        self.lock, self.objects = threading.Lock(), {}
        self.synced = False
        self.start()

    def path(self, namespace, name="", below=""):
        path = PATHS[self.kind].format(namespace)
        return path + "/" + name + below if name else path

    def run(self):
        while True:
            try:
                self.watch(self.list())
            except (OSError, http.client.HTTPException, ValueError):
                time.sleep(0.2)

    def list(self):
        path = PATHS[self.kind].replace("/namespaces/{}", "")
        found = self.api.call("GET", path)
        if found is None:
            raise ValueError("no list")
        with self.lock:
            self.objects = {key_of(o): o for o in found["items"]}
        self.synced = True
        self.changed.set()
        return found["metadata"]["resourceVersion"]

    def watch(self, version):
        path = PATHS[self.kind].replace("/namespaces/{}", "")
        with self.api.stream("GET", f"{path}?watch=1&timeoutSeconds=300&"
                             f"resourceVersion={version}") as response:
            for line in response:
                event = json.loads(line)
                if event["type"] == "ERROR":
                    return
                self.take(event["object"], event["type"] == "DELETED")

    def take(self, o, gone=False):
        with self.lock:
            old = self.objects.get(key_of(o))
            if old and version_of(old) > version_of(o):
                return
            if gone:
                self.objects.pop(key_of(o), None)
            else:
                self.objects[key_of(o)] = o
        self.changed.set()

    def all(self):
        with self.lock:
            return sorted(self.objects.values(), key=key_of)

    def create(self, namespace, o):
        made = self.api.call("POST", self.path(namespace), o)
        if made:
            self.take(made)

    def patch(self, o, change, below=""):
        made = self.api.call("PATCH", self.path(*key_of(o), below), change,
                             MERGE)
        if made:
            gone = not made["metadata"].get("finalizers") and is_going(made)
            self.take(made, gone)

    def delete(self, o):
        made = self.api.call("DELETE", self.path(*key_of(o)))
        if made and made["kind"] != "Status":
            self.take(made, not is_going(made))


def is_going(o):
    return "deletionTimestamp" in o["metadata"]
