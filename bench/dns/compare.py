#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""crossdns beside other name servers, with the same names.

usage: compare.py CROSSDNS WORK JSON [--rounds N] [--seconds S] [--quick]

Every server has one processor and dnsperf the other; in each round all are
asked, one after the other, in another order. The result is the ratio to the
fastest of the others in the same round.
"""

import argparse
import json
import os
import random
import re
import statistics
import subprocess
import sys
import time

NAMES = 10000
ZONE = "clusterset.local"
ADDRESS = "127.0.0.1"
SERVER_CPU, CLIENT_CPU = "0", "1"
PORTS = {"crossdns": 5451, "unbound": 5452, "knot": 5453, "dnsmasq": 5454}
METRICS = 5455


def name(i):
    return f"svc-{i}.ns-{i % 100}.svc.{ZONE}"


def address(i):
    return f"10.{i >> 16 & 255}.{i >> 8 & 255}.{i & 255}"


def write(path, text):
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)


def crossdns(binary, work, services, endpoints, port_of=0):
    api = subprocess.Popen(
        [os.path.join(os.path.dirname(os.path.abspath(__file__)), "api.py"),
         str(services), str(endpoints)], stdout=subprocess.PIPE, text=True)
    port = api.stdout.readline().strip()
    write(f"{work}/kubeconfig", json.dumps({
        "apiVersion": "v1", "kind": "Config", "current-context": "a",
        "clusters": [{"name": "a", "cluster":
                      {"server": f"http://{ADDRESS}:{port}"}}],
        "contexts": [{"name": "a", "context": {"cluster": "a", "user": "a"}}],
        "users": [{"name": "a", "user": {}}]}))
    write(f"{work}/crossdns.yaml",
          f"kubernetes: {{kubeconfig: {work}/kubeconfig}}\n"
          f"listen: {ADDRESS}:{PORTS['crossdns'] + port_of}\n"
          f"metrics: {ADDRESS}:{METRICS + port_of}\nworkers: 1\n")
    return [binary, "-c", f"{work}/crossdns.yaml"], api


def unbound(work):
    data = "".join(f"local-data: \"{name(i)}. 5 A {address(i)}\"\n"
                   for i in range(NAMES))
    write(f"{work}/unbound.conf", f"""server:
num-threads: 1
interface: {ADDRESS}@{PORTS['unbound']}
do-daemonize: no
username: ""
chroot: ""
directory: "{work}"
pidfile: ""
use-syslog: no
logfile: "{work}/unbound.log"
verbosity: 0
so-rcvbuf: 4m
local-zone: "{ZONE}." static
{data}remote-control:
control-enable: no
""")
    return ["unbound", "-d", "-c", f"{work}/unbound.conf"]


def knot(work):
    write(f"{work}/zone", f"$ORIGIN {ZONE}.\n$TTL 5\n"
          f"@ SOA ns.dns hostmaster 1 7200 1800 86400 5\n@ NS ns.dns\n" +
          "".join(f"{name(i)}. A {address(i)}\n" for i in range(NAMES)))
    write(f"{work}/knot.conf", f"""server:
  listen: {ADDRESS}@{PORTS['knot']}
  rundir: {work}
  udp-workers: 1
  tcp-workers: 1
  background-workers: 1
log:
  - target: {work}/knot.log
    any: error
database:
  storage: {work}/knot
zone:
  - domain: {ZONE}
    file: {work}/zone
    zonefile-load: whole
    journal-content: none
""")
    os.makedirs(f"{work}/knot", exist_ok=True)
    return ["knotd", "-c", f"{work}/knot.conf"]


def dnsmasq(work):
    write(f"{work}/hosts", "".join(f"{address(i)} {name(i)}\n"
                                   for i in range(NAMES)))
    return ["dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null",
            "--no-resolv", "--no-hosts", f"--addn-hosts={work}/hosts",
            f"--listen-address={ADDRESS}", "--bind-interfaces",
            f"--port={PORTS['dnsmasq']}", "--local-ttl=5",
            f"--local=/{ZONE}/", "--user=root", "--pid-file=",
            "--log-facility=-"]


def answers(port, names):
    i = random.randrange(names)
    got = subprocess.run(["dig", f"@{ADDRESS}", "-p", str(port), "+short",
                          "+tries=1", "+time=1", name(i)],
                         capture_output=True, text=True, check=False)
    return got.stdout.strip() == address(i)


def wait_for(what, process, port_of=0, names=NAMES):
    for _ in range(300):
        if process.poll() is not None:
            sys.exit(f"{what} ended with {process.returncode}")
        if answers(PORTS[what] + port_of, names):
            return
        time.sleep(0.1)
    sys.exit(f"{what} does not answer")


def resident_kb(pid):
    with open(f"/proc/{pid}/status", encoding="utf-8") as f:
        return int(re.search(r"VmRSS:\s+(\d+)", f.read()).group(1))


def resident_few(binary, work):
    """10,000 endpoints in 1,000 services, in a process of its own."""
    command, api = crossdns(binary, work, 1000, 10, 10)
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        wait_for("crossdns", process, 10, 1000)
        return resident_kb(process.pid) / 1024
    finally:
        process.terminate()
        process.wait()
        api.kill()


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="utf-8") as f:
        fields = f.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(what, queries, seconds, process):
    before = cpu_seconds(process.pid)
    out = subprocess.run(
        ["taskset", "-c", CLIENT_CPU, "dnsperf", "-s", ADDRESS, "-p",
         str(PORTS[what]), "-d", queries, "-l", str(seconds), "-c", "10",
         "-q", "100", "-t", "1"], capture_output=True, text=True,
        check=True).stdout
    done = int(re.search(r"Queries completed:\s+(\d+)", out).group(1))
    lost = int(re.search(r"Queries lost:\s+(\d+)", out).group(1))
    good = int((re.search(r"NOERROR (\d+)", out) or [0, "0"])[1])
    if good != done or lost > done / 100:
        sys.exit(f"{what}: {done} answers, {good} of them good, {lost} lost\n"
                 f"{out}")
    return {"qps": float(re.search(r"Queries per second:\s+([\d.]+)",
                                   out).group(1)),
            "latency_us": 1e6 * float(re.search(
                r"Average Latency \(s\):\s+([\d.]+)", out).group(1)),
            "cpu_us": 1e6 * (cpu_seconds(process.pid) - before) / done}


def report(rounds, memory, few_mb, path):
    summary = {}
    print(f"{'':10} {'queries/s':>10} {'min':>9} {'max':>9} "
          f"{'CPU us/query':>13} {'latency us':>11} {'resident MB':>12}")
    for what in PORTS:
        of = [r[what] for r in rounds]
        qps = [r["qps"] for r in of]
        row = {key: statistics.median(r[key] for r in of)
               for key in ("qps", "latency_us", "cpu_us")}
        summary[what] = {**row, "min": min(qps), "max": max(qps),
                         "resident_mb": memory[what] / 1024}
        print(f"{what:10} {row['qps']:10.0f} {min(qps):9.0f} {max(qps):9.0f} "
              f"{row['cpu_us']:13.2f} {row['latency_us']:11.0f} "
              f"{memory[what] / 1024:12.1f}")
    ratios = {}
    for other in list(PORTS)[1:]:
        each = [r["crossdns"]["qps"] / r[other]["qps"] for r in rounds]
        ratios[other] = {"median": statistics.median(each), "min": min(each),
                         "max": max(each)}
        cpu = statistics.median(r["crossdns"]["cpu_us"] / r[other]["cpu_us"]
                                for r in rounds)
        ratios[other]["cpu"] = cpu
        print(f"crossdns / {other}: {ratios[other]['median']:.2f} "
              f"({min(each):.2f} to {max(each):.2f}), "
              f"CPU time of a query {cpu:.2f}")
    worst = min(r["median"] for r in ratios.values())
    print(f"goal: as fast as the fastest: {worst:.2f}, "
          f"{'met' if worst >= 1 else 'MISSED'}")
    print(f"goal: at most 20 MB with 10,000 endpoints in 1,000 services: "
          f"{few_mb:.1f} MB, {'met' if few_mb <= 20 else 'MISSED'}")
    write(path, json.dumps({
        "benchmark": "dns", "kernel": os.uname().release,
        "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "names": NAMES, "resident_mb_10000_endpoints": few_mb,
        "servers": summary, "ratios": ratios,
        "rounds": rounds}, indent=1) + "\n")
    print(f"written to {path}")


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("binary")
    parser.add_argument("work")
    parser.add_argument("result")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json")
    o = parser.parse_args()
    if o.quick:
        o.rounds, o.seconds = 2, 1
    queries = f"{o.work}/queries"
    order = list(range(NAMES))
    random.Random(1).shuffle(order)
    write(queries, "".join(f"{name(i)} A\n" for i in order))
    few_mb = resident_few(o.binary, o.work)
    ours, api = crossdns(o.binary, o.work, NAMES, 1)
    commands = {"crossdns": ours, "unbound": unbound(o.work),
                "knot": knot(o.work), "dnsmasq": dnsmasq(o.work)}
    running = {}
    try:
        for what, command in commands.items():
            with open(f"{o.work}/{what}.out", "w", encoding="utf-8") as log:
                running[what] = subprocess.Popen(
                    ["taskset", "-c", SERVER_CPU] + command, stdout=log,
                    stderr=log)
            wait_for(what, running[what])
        rounds = []
        for i in range(o.rounds + 1):
            what = list(PORTS)
            random.Random(i).shuffle(what)
            rounds.append({w: measure(w, queries, o.seconds, running[w])
                           for w in what})
        memory = {w: resident_kb(p.pid) for w, p in running.items()}
    finally:
        for p in running.values():
            p.terminate()
            p.wait()
        api.kill()
    # The first was to warm up.
    report(rounds[1:], memory, few_mb, o.json or o.result)


main()
