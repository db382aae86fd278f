# SPDX-License-Identifier: Apache-2.0
"""What runs in a cluster of the lab, because Debian packages none of it:

    python3 lab/workloads --cluster cluster1 --kubeconfig FILE --dir DIR

One process is all controllers and the only kubelet of a cluster whose API
server is the embedded hub; it runs in the cluster's own network namespace.

  Deployments    become Pods; a new template replaces them, "scale" works
  Services       get an address, and EndpointSlices as kube-controller-manager
                 writes them: ports by name, ready, serving, terminating
  Pods           become network namespaces, connected as demo/world.sh does
                 it, in which the commands of their containers run. Images are
                 names of programs of this machine: "nginx" is its nginx, and
                 what else has no command waits.
  deletion       preStop.sleep, then SIGTERM (nginx: SIGQUIT), then SIGKILL
                 after terminationGracePeriodSeconds; until the last process
                 has gone the endpoint is terminating

Level-triggered: whatever changes, everything is looked at again. There is no
scheduler, no volume, no probe but tcpSocket and exec, no log and no exec.
"""

import argparse
import os
import signal
import sys
import threading

from controllers import Deployments, Services, Slices
from kubelet import Kubelet
from store import Api, Store, say


class World:
    """What all parts know."""

    def __init__(self, options):
        self.cluster, self.dir = options.cluster, options.dir
        self.node, self.zone = f"{self.cluster}-node", f"{self.cluster}-zone"
        self.node_ip = options.node_ip
        self.pods4, self.pods6 = options.pods4, options.pods6
        self.dns, self.www = options.dns, options.www
        self.api = Api(options.kubeconfig)
        self.changed = threading.Event()
        self.pods = self.store("pods")
        self.services = self.store("services")
        self.deployments = self.store("deployments")
        self.endpointslices = self.store("endpointslices")

    def store(self, kind):
        return Store(self.api, kind, self.changed)

    def is_known(self):
        return all(s.synced for s in (self.pods, self.services,
                                      self.deployments, self.endpointslices))

    def make_node(self):
        self.api.call("POST", "/api/v1/nodes", {
            "apiVersion": "v1", "kind": "Node",
            "metadata": {"name": self.node, "labels": {
                "kubernetes.io/hostname": self.node,
                "topology.kubernetes.io/zone": self.zone}},
            "spec": {"podCIDRs": [f"{self.pods4}.0/24", f"{self.pods6}::/64"]},
            "status": {
                "addresses": [{"type": "InternalIP",
                               "address": self.node_ip}],
                "conditions": [{"type": "Ready", "status": "True"}]}})


def options():
    p = argparse.ArgumentParser(prog="lab/workloads")
    p.add_argument("--cluster", required=True)
    p.add_argument("--kubeconfig", required=True,
                   help="of the administrator of an embedded hub")
    p.add_argument("--dir", required=True, help="for configurations and logs")
    p.add_argument("--www", default="/usr/share/nginx/html",
                   help="what nginx serves (%(default)s)")
    p.add_argument("--pods4", default="10.244.3",
                   help="Pods have addresses from here (%(default)s)")
    p.add_argument("--pods6", default="fd00:244:0:3")
    p.add_argument("--node-ip", default="192.168.0.2")
    p.add_argument("--dns", help="the resolver of Pods")
    return p.parse_args()


def main():
    world = World(options())
    kubelet = Kubelet(world)
    parts = [Services(world), Deployments(world), kubelet, Slices(world)]
    for number in signal.SIGTERM, signal.SIGINT:
        signal.signal(number, lambda *_: sys.exit(0))
    os.makedirs(world.dir, exist_ok=True)
    world.make_node()
    say("running")
    try:
        while True:
            # What ends or gets ready by itself says nothing: look.
            world.changed.wait(0.2 if kubelet.waits() else 2)
            world.changed.clear()
            for part in parts if world.is_known() else []:
                part.step()
    finally:
        kubelet.stop()


if __name__ == "__main__":
    main()
