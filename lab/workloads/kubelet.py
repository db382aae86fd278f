# SPDX-License-Identifier: Apache-2.0
"""Pods as network namespaces, in which the commands of containers run."""

import hashlib
import os
import signal
import socket
import subprocess
import time

from controllers import condition, now
from store import is_going, key_of, say

FINALIZER = "lab.octopus.io/kubelet"  # a Pod goes when its processes have
GATEWAY4, GATEWAY6 = "169.254.1.1", "fe80::1"  # of demo/world.sh
MAC = "ee:ee:ee:ee:ee:ee"

NGINX = """\
user root;
worker_processes 1;
daemon off;
pid {base}.pid;
error_log {base}.error.log;
events {{}}
http {{
	log_format short '$remote_addr "$request" $status';
	access_log {base}.access.log short;
	server {{
{listen}
		root {www};
		location = /whoami {{
			default_type text/plain;
			return 200 "{pod} {ip}\\n";
		}}
	}}
}}
"""


def ip(*words, batch=None):
    """ip(8); a batch is lines for its standard input."""
    if batch:
        words += ("-batch", "-")
    subprocess.run(["ip", *words], check=True, text=True, input=batch)


class Container:
    def __init__(self, pod, spec):
        self.pod, self.spec = pod, spec
        self.base = f"{pod.world.dir}/{pod.name}.{spec['name']}"
        self.restarts = -1
        self.process = None
        self.ready = False
        self.nginx = "nginx" in spec.get("image", "") and \
            not spec.get("command")

    def environment(self):
        env = {"PATH": os.environ["PATH"]}
        fields = {"status.podIP": self.pod.ips[0],
                  "status.podIPs": ",".join(self.pod.ips),
                  "metadata.name": self.pod.o["metadata"]["name"],
                  "metadata.namespace": self.pod.o["metadata"]["namespace"],
                  "spec.nodeName": self.pod.world.node}
        for e in self.spec.get("env", []):
            path = e.get("valueFrom", {}).get("fieldRef", {}).get("fieldPath")
            env[e["name"]] = fields.get(path, e.get("value", ""))
        return env

    def command(self, env):
        if self.nginx:
            self.write_nginx()
            return ["nginx", "-e", f"{self.base}.error.log",
                    "-c", f"{self.base}.conf"]
        words = self.spec.get("command", []) + self.spec.get("args", [])
        for name, value in env.items():
            words = [w.replace(f"$({name})", value) for w in words]
        return words or ["sleep", "infinity"]

    def write_nginx(self):
        ports = [p["containerPort"] for p in self.spec.get("ports", [])]
        listen = [f"\t\tlisten {at}{p};" for p in ports or [80]
                  for at in ("", "[::]:")]
        with open(self.base + ".conf", "w", encoding="utf-8") as f:
            f.write(NGINX.format(base=self.base, listen="\n".join(listen),
                                 www=self.pod.world.www, ip=self.pod.ips[0],
                                 pod=self.pod.o["metadata"]["name"]))

    def keep_running(self):
        """Starts it, again if need be; whether anything has changed."""
        if self.process and self.process.poll() is None:
            return False
        self.restarts += 1
        self.ready = not self.spec.get("readinessProbe")
        env = self.environment()
        with open(self.base + ".log", "ab") as log:
            self.process = subprocess.Popen(
                ["ip", "netns", "exec", self.pod.name, *self.command(env)],
                env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True)
        return True

    def probe(self):
        """Until it is ready once; whether it is so now."""
        if self.ready:
            return False
        probe = self.spec["readinessProbe"]
        if "exec" in probe:
            self.ready = subprocess.run(
                ["ip", "netns", "exec", self.pod.name,
                 *probe["exec"]["command"]], check=False).returncode == 0
        else:
            address = self.pod.ips[0], self.port(probe["tcpSocket"]["port"])
            try:
                socket.create_connection(address, 1).close()
                self.ready = True
            except OSError:
                pass
        return self.ready

    def port(self, port):
        return next((p["containerPort"] for p in self.spec.get("ports", [])
                     if p.get("name") == port), port)

    def signal(self, number):
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, number)

    def stop(self):
        self.signal(signal.SIGQUIT if self.nginx else signal.SIGTERM)

    def is_over(self):
        return not self.process or self.process.poll() is not None

    def sleep_before_stop(self):
        hook = self.spec.get("lifecycle", {}).get("preStop", {})
        return hook.get("sleep", {}).get("seconds", 0)

    def status(self):
        return {"name": self.spec["name"], "image": self.spec.get("image", ""),
                "imageID": "", "ready": self.ready, "started": True,
                "restartCount": self.restarts,
                "state": {"running": {"startedAt": now()}}}


class Pod:
    def __init__(self, world, o, n):
        self.world, self.o = world, o
        self.name = f"{world.cluster}-{o['metadata']['name']}"
        uid = o["metadata"]["uid"].encode()
        self.host = "veth-" + hashlib.sha256(uid).hexdigest()[:8]
        self.ips = [f"{world.pods4}.{n}", f"{world.pods6}::{n}"]
        self.containers = [Container(self, c)
                           for c in o["spec"]["containers"]]
        self.deleted = None  # when it was, on our clock
        self.stopped = False
        self.connect()

    def connect(self):
        a4, a6 = self.ips
        ip("netns", "add", self.name)
        ip(batch=f"""\
link add eth0 netns {self.name} type veth peer name {self.host} address {MAC}
link set {self.host} up
addr add {GATEWAY6}/64 dev {self.host} nodad
route add {a4}/32 dev {self.host} scope link
route add {a6}/128 dev {self.host}
""")
        ip("-n", self.name, batch=f"""\
link set lo up
addr add {a4}/32 dev eth0
addr add {a6}/128 dev eth0 nodad
link set eth0 up
route add {GATEWAY4} dev eth0 scope link
route add default via {GATEWAY4} dev eth0
route add default via {GATEWAY6} dev eth0
neigh add {GATEWAY4} lladdr {MAC} dev eth0 nud permanent
neigh add {GATEWAY6} lladdr {MAC} dev eth0 nud permanent
""")
        if self.world.dns:
            os.makedirs(f"/etc/netns/{self.name}", exist_ok=True)
            with open(f"/etc/netns/{self.name}/resolv.conf", "w",
                      encoding="utf-8") as f:
                f.write(self.resolv_conf())

    def resolv_conf(self):
        space = self.o["metadata"]["namespace"]
        return (f"search {space}.svc.cluster.local svc.cluster.local "
                f"cluster.local\nnameserver {self.world.dns}\n"
                "options ndots:5\n")

    def disconnect(self):
        ip("netns", "del", self.name)
        if self.world.dns:
            os.remove(f"/etc/netns/{self.name}/resolv.conf")
            os.rmdir(f"/etc/netns/{self.name}")

    def run(self):
        changed = [c.keep_running() or c.probe() for c in self.containers]
        if any(changed):
            self.tell()

    def tell(self):
        ready = all(c.ready for c in self.containers)
        self.world.pods.patch(self.o, {"status": {
            "phase": "Running", "startTime": now(),
            "hostIP": self.world.node_ip,
            "podIP": self.ips[0], "podIPs": [{"ip": i} for i in self.ips],
            "conditions": [condition("Ready", ready)],
            "containerStatuses": [c.status() for c in self.containers]}},
            "/status")

    def end(self):
        """One step to its end; True: that is reached."""
        clock = time.monotonic()
        grace = self.o["spec"].get("terminationGracePeriodSeconds", 30)
        if self.deleted is None:
            self.deleted = clock
        wait = max(c.sleep_before_stop() for c in self.containers)
        if not self.stopped and clock >= self.deleted + min(wait, grace):
            self.stopped = True
            for c in self.containers:
                c.stop()
        if clock >= self.deleted + grace:
            self.kill()
        return self.stopped and all(c.is_over() for c in self.containers)

    def kill(self):
        for c in self.containers:
            c.signal(signal.SIGKILL)

    def waits(self):
        return self.deleted is not None or \
            not all(c.ready for c in self.containers)


class Kubelet:
    def __init__(self, world):
        self.world = world
        self.pods = {}  # by uid
        self.over = set()
        self.next = 10

    def step(self):
        seen = set()
        for o in self.world.pods.all():
            uid = o["metadata"]["uid"]
            seen.add(uid)
            if uid in self.over:
                continue
            if FINALIZER not in o["metadata"].get("finalizers", []):
                self.bind(o)
                continue
            if uid not in self.pods and not is_going(o):
                self.pods[uid] = Pod(self.world, o, self.number())
                say(f"pod {key_of(o)[1]}: {self.pods[uid].ips[0]}")
            self.look(uid, o)
        for uid in set(self.pods) - seen:  # somebody took the finalizer away
            self.finish(uid)

    def bind(self, o):
        """From here on a deletion waits for us."""
        if not is_going(o):
            self.world.pods.patch(o, {
                "metadata": {"finalizers": [FINALIZER]},
                "spec": {"nodeName": self.world.node}})

    def number(self):
        taken = {int(p.ips[0].rsplit(".", 1)[1]) for p in self.pods.values()}
        while self.next in taken or self.next > 250:
            self.next = self.next + 1 if self.next <= 250 else 10
        self.next += 1
        return self.next - 1

    def look(self, uid, o):
        pod = self.pods.get(uid)
        if pod:
            pod.o = o
        if not is_going(o):
            pod.run()
        elif not pod or pod.end():
            self.finish(uid)
            self.world.pods.patch(o, {"metadata": {"finalizers": None}})

    def finish(self, uid):
        self.over.add(uid)
        pod = self.pods.pop(uid, None)
        if pod:
            pod.kill()
            pod.disconnect()
            say(f"pod {key_of(pod.o)[1]}: gone")

    def waits(self):
        return any(p.waits() for p in self.pods.values())

    def stop(self):
        for uid in list(self.pods):
            self.finish(uid)
