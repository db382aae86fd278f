# SPDX-License-Identifier: Apache-2.0
"""What kube-controller-manager makes of Deployments and Services."""

import hashlib
import json
import os
import random
import time

from store import is_going, key_of

HASH = "pod-template-hash"
SLICES_BY = "endpointslice-controller.k8s.io"
MANAGED_BY = "endpointslice.kubernetes.io/managed-by"
SERVICE_NAME = "kubernetes.io/service-name"
LETTERS = "bcdfghjklmnpqrstvwxz2456789"


def suffix():
    return "".join(random.choice(LETTERS) for _ in range(5))


def is_ready(pod):
    return any(c["type"] == "Ready" and c["status"] == "True"
               for c in pod["status"].get("conditions", []))


def condition(kind, true):
    return {"type": kind, "status": "True" if true else "False",
            "lastTransitionTime": now()}


def now():
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def selects(selector, o):
    labels = o["metadata"].get("labels", {})
    return bool(selector) and all(
        labels.get(k) == v for k, v in selector.items())


def owner(kind, version, o):
    return [{"apiVersion": version, "kind": kind,
             "name": o["metadata"]["name"], "uid": o["metadata"]["uid"],
             "controller": True, "blockOwnerDeletion": True}]


def is_owned(o, by):
    return any(r["uid"] == by["metadata"]["uid"]
               for r in o["metadata"].get("ownerReferences", []))


class Deployments:
    def __init__(self, world):
        self.world = world

    def pod_of(self, d, digest):
        template = d["spec"]["template"]
        meta = template.get("metadata", {})
        name = d["metadata"]["name"]
        return {
            "apiVersion": "v1", "kind": "Pod",
            "metadata": {
                "name": f"{name}-{digest}-{suffix()}",
                "labels": {**meta.get("labels", {}), HASH: digest},
                "annotations": meta.get("annotations", {}),
                "ownerReferences": owner("Deployment", "apps/v1", d)},
            "spec": template["spec"]}

    def step(self):
        for d in self.world.deployments.all():
            if not is_going(d):
                self.look(d)

    def look(self, d):
        pods = self.world.pods
        text = json.dumps(d["spec"]["template"], sort_keys=True)
        digest = hashlib.sha256(text.encode()).hexdigest()[:8]
        mine = [p for p in pods.all() if is_owned(p, d) and not is_going(p)]
        new = [p for p in mine if p["metadata"]["labels"].get(HASH) == digest]
        # Those that are not ready go first.
        new.sort(key=lambda p: (not is_ready(p), key_of(p)))
        want = d["spec"]["replicas"]
        for _ in range(want - len(new)):
            pods.create(key_of(d)[0], self.pod_of(d, digest))
        for p in new[want:]:
            pods.delete(p)
        ready = [p for p in new[:want] if is_ready(p)]
        if len(ready) >= want:
            for p in mine:
                if p not in new:
                    pods.delete(p)
        self.tell(d, len(mine), len(new[:want]), len(ready))

    def tell(self, d, n, updated, ready):
        old = d.get("status", {})
        new = {"observedGeneration": d["metadata"]["generation"],
               "replicas": n, "updatedReplicas": updated,
               "readyReplicas": ready, "availableReplicas": ready}
        if any(old.get(k, 0) != v for k, v in new.items()):
            new["conditions"] = [
                condition("Available", ready >= d["spec"]["replicas"])]
            self.world.deployments.patch(d, {"status": new}, "/status")


class Services:
    """Addresses: what a kube-apiserver gives a Service, this one does not."""

    def __init__(self, world):
        self.world = world

    def step(self):
        for s in self.world.services.all():
            spec = s["spec"]
            if spec.get("type") != "ExternalName" and \
                    "clusterIPs" not in spec and not is_going(s):
                self.world.services.patch(s, {"spec": self.addressed(spec)})
        self.write_hosts()

    def free(self):
        taken = {s["spec"].get("clusterIP")
                 for s in self.world.services.all()}
        return next(n for n in range(256, 65000)
                    if f"10.96.{n >> 8}.{n & 255}" not in taken)

    def addressed(self, spec):
        ip = spec.get("clusterIP")
        if ip:
            return {"clusterIPs": [ip]}
        n = self.free()
        of = {"IPv4": f"10.96.{n >> 8}.{n & 255}", "IPv6": f"fd00:96::{n:x}"}
        ips = [of[f] for f in spec["ipFamilies"]]
        return {"clusterIP": ips[0], "clusterIPs": ips}

    def write_hosts(self):
        """cluster.local, for a resolver that reads hosts files."""
        text = "".join(
            f"{ip} {s['metadata']['name']}.{s['metadata']['namespace']}"
            ".svc.cluster.local\n"
            for s in self.world.services.all()
            for ip in s["spec"].get("clusterIPs", []) if ip != "None")
        path = self.world.dir + "/hosts/services"
        try:
            with open(path, encoding="utf-8") as f:
                if f.read() == text:
                    return
        except FileNotFoundError:
            os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path + ".new", "w", encoding="utf-8") as f:
            f.write(text)
        os.replace(path + ".new", path)


class Slices:
    def __init__(self, world):
        self.world = world

    def step(self):
        for s in self.world.services.all():
            if s["spec"].get("selector") and "clusterIPs" in s["spec"] and \
                    not is_going(s):
                self.look(s)

    def ports(self, s, pod):
        """Of the Service, as this Pod has them."""
        named = {p["name"]: p["containerPort"]
                 for c in pod["spec"]["containers"]
                 for p in c.get("ports", []) if "name" in p}
        for p in s["spec"].get("ports", []):
            target = p.get("targetPort", p["port"])
            target = named.get(target) if isinstance(target, str) else target
            if target:
                port = {"name": p.get("name", ""), "port": target,
                        "protocol": p.get("protocol", "TCP")}
                if "appProtocol" in p:
                    port["appProtocol"] = p["appProtocol"]
                yield port

    def endpoint(self, s, pod, ip):
        ready = is_ready(pod)
        if s["spec"].get("publishNotReadyAddresses"):
            ready = True
        e = {"addresses": [ip],
             "conditions": {"ready": ready and not is_going(pod),
                            "serving": ready, "terminating": is_going(pod)},
             "nodeName": pod["spec"]["nodeName"], "zone": self.world.zone,
             "targetRef": {"kind": "Pod", "name": pod["metadata"]["name"],
                           "namespace": pod["metadata"]["namespace"],
                           "uid": pod["metadata"]["uid"]}}
        if pod["spec"].get("hostname") and \
                pod["spec"].get("subdomain") == s["metadata"]["name"]:
            e["hostname"] = pod["spec"]["hostname"]
        return e

    def wanted(self, s):
        """(family, ports) -> endpoints; each family has one, if empty."""
        found = {}
        for family in s["spec"]["ipFamilies"]:
            for pod in self.world.pods.all():
                if not selects(s["spec"]["selector"], pod) or \
                        key_of(pod)[0] != key_of(s)[0]:
                    continue
                ips = [i["ip"] for i in pod["status"].get("podIPs", [])
                       if (":" in i["ip"]) == (family == "IPv6")]
                ports = json.dumps(list(self.ports(s, pod)))
                if ips:
                    found.setdefault((family, ports), []).append(
                        self.endpoint(s, pod, ips[0]))
            if not any(f == family for f, _ in found):
                found[family, "[]"] = []
        return found

    def look(self, s):
        slices = self.world.endpointslices
        mine = [e for e in slices.all() if is_owned(e, s) and
                e["metadata"]["labels"].get(MANAGED_BY) == SLICES_BY]
        for (family, ports), endpoints in self.wanted(s).items():
            ports = json.loads(ports)
            old = next((e for e in mine if e["addressType"] == family), None)
            if not old:
                slices.create(key_of(s)[0], self.slice_of(
                    s, family, ports, endpoints))
                continue
            mine.remove(old)
            if (old.get("endpoints") or [], old.get("ports") or []) != \
                    (endpoints, ports):
                slices.patch(old, {"endpoints": endpoints, "ports": ports})
        for e in mine:
            slices.delete(e)

    def slice_of(self, s, family, ports, endpoints):
        name = s["metadata"]["name"]
        labels = {**s["metadata"].get("labels", {}), SERVICE_NAME: name,
                  MANAGED_BY: SLICES_BY}
        if s["spec"]["clusterIP"] == "None":
            labels["service.kubernetes.io/headless"] = ""
        return {"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice",
                "metadata": {"name": f"{name}-{suffix()}", "labels": labels,
                             "ownerReferences": owner("Service", "v1", s)},
                "addressType": family, "endpoints": endpoints,
                "ports": ports}
