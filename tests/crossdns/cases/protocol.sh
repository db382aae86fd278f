# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Messages that are wrong, too long or unusual; and who asks too much.
definitions
objects
start 'tcp: {connections: 64, connections_per_client: 8, idle: 1}'
wait_until http readyz

it bytes that no client sends
python3 "$HERE/raw.py" "$ADDRESS" "$PORT" || fail raw.py

it a silent connection is closed
before=$(metric 'tcp_connections_total{result="silent"}')
closed()
{
	[ "$(metric 'tcp_connections_total{result="silent"}')" -gt "$before" ]
}
# Its output is somebody's who never reads it.
nc "$ADDRESS" "$PORT" <"$WORK" >/dev/null 2>&1 || :
mkfifo "$WORK/fifo"
nc "$ADDRESS" "$PORT" <"$WORK/fifo" >/dev/null 2>&1 &
exec 3>"$WORK/fifo"
wait_until closed
exec 3>&-

it one network gets its share of connections, and no more
python3 - "$ADDRESS" "$PORT" <<'EOF' || fail connections
import socket, sys
held = [socket.create_connection((sys.argv[1], int(sys.argv[2])))
        for _ in range(20)]
closed = 0
for s in held:
    s.settimeout(0.5)
    try:
        closed += s.recv(1) == b""
    except socket.timeout:
        pass
    except ConnectionResetError:
        closed += 1
    if closed == 12:
        break
print(closed, "of 20 refused")
sys.exit(closed != 12)
EOF
stop
