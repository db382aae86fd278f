#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""An API server that has N ServiceImports, each with M endpoints, and where
nothing ever changes.

usage: api.py N M
prints: its port
"""

import http.server
import json
import sys
import threading
import time
import urllib.parse

N, M = int(sys.argv[1]), int(sys.argv[2])
GROUP = "multicluster.x-k8s.io"


def address(first, i):
    return f"{first}.{i >> 16 & 255}.{i >> 8 & 255}.{i & 255}"


def meta(name, i):
    return {"name": name, "namespace": f"ns-{i % 100}", "uid": f"u-{name}",
            "resourceVersion": str(i + 1)}


def service_import(i):
    return {"metadata": meta(f"svc-{i}", i),
            "spec": {"type": "ClusterSetIP", "ips": [address(10, i)],
                     "ipFamilies": ["IPv4"],
                     "ports": [{"name": "http", "protocol": "TCP",
                                "port": 80}]}}


def endpoint_slice(i):
    m = meta(f"c1.ns-{i % 100}.svc-{i}-x7k2q", i)
    m["labels"] = {"multicluster.kubernetes.io/service-name": f"svc-{i}",
                   "multicluster.kubernetes.io/source-cluster": "c1"}
    return {"metadata": m, "addressType": "IPv4",
            "ports": [{"name": "http", "protocol": "TCP", "port": 8080}],
            "endpoints": [{"addresses": [address(11, i * M + j)],
                           "conditions": {"ready": True}}
                          for j in range(M)]}


KINDS = {f"/apis/{GROUP}/v1beta1/serviceimports":
         (f"{GROUP}/v1beta1", "ServiceImportList", service_import),
         "/apis/discovery.k8s.io/v1/endpointslices":
         ("discovery.k8s.io/v1", "EndpointSliceList", endpoint_slice)}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, format, *args):
        pass

    def send(self, code, value):
        body = json.dumps(value).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def watch(self, seconds):
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.flush()
        time.sleep(seconds)
        self.wfile.write(b"0\r\n\r\n")

    def list(self, kind, query):
        version, name, make = KINDS[kind]
        begin = int(query.get("continue", ["0"])[0])
        end = min(N, begin + int(query.get("limit", ["500"])[0]))
        rest = {"continue": str(end)} if end < N else {}
        self.send(200, {"apiVersion": version, "kind": name,
                        "metadata": {"resourceVersion": str(N + 1), **rest},
                        "items": [make(i) for i in range(begin, end)]})

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        query = urllib.parse.parse_qs(url.query)
        if url.path == f"/apis/{GROUP}":
            self.send(200, {"kind": "APIGroup", "name": GROUP,
                            "versions": [{"version": "v1beta1"}]})
        elif url.path not in KINDS:
            self.send(404, {"kind": "Status", "reason": "NotFound",
                            "code": 404})
        elif query.get("watch", ["0"])[0] in ("1", "true"):
            self.watch(int(query.get("timeoutSeconds", ["300"])[0]))
        else:
            self.list(url.path, query)


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
print(server.server_address[1], flush=True)
threading.Thread(target=server.serve_forever).start()
