# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# What the demo shows, one function for each step.

TRANSFER_MB=50

# addresses: of some pods as others see them, once the hub has allocated them.
addresses()
{
	WEB4=$(global4 cluster2 1.10) WEB6=$(global6 cluster2 1.10)
	CLIENT4=$(global4 cluster1 1.10) CLIENT6=$(global6 cluster1 1.10)
	ECHO4=$(global4 cluster2 2.20)
	STATUS4=$(global4 hub 1.10)
}

# gateway_ready CLUSTER: it serves what its file and the hub say.
gateway_ready()
{
	! octopus_gone "$1" && ip -n "$1" link show dev ob0 up &&
		obctl_of "$1" status
}

nginx_files()
{
	mkdir -p "$WORLD/www"
	cp "$DEMO/welcome.html" "$WORLD/www/index.html"
	if [ -f /usr/share/nginx/html/index.html ]; then
		cp /usr/share/nginx/html/index.html "$WORLD/www/index.html"
	fi
	head -c "${TRANSFER_MB}M" /dev/urandom >"$WORLD/www/random"
	cat >"$WORLD/nginx.conf" <<-END
		user root;
		worker_processes 1;
		daemon off;
		pid $WORLD/nginx.pid;
		error_log $WORLD/nginx.error.log;
		events {}
		http {
			log_format short '\$remote_addr "\$request" \$status';
			access_log $WORLD/nginx.access.log short;
			sendfile on;
			server {
				listen 80;
				listen [::]:80;
				root $WORLD/www;
			}
		}
	END
}

show_build()
{
	nginx_files
	world_build
}

start_servers()
{
	background nginx cluster2-web nginx -e "$WORLD/nginx.error.log" \
		-c "$WORLD/nginx.conf"
	background echo cluster2-echo \
		socat -t 10 UDP6-RECVFROM:7,ipv6only=0,fork PIPE
	wait_until 20 listening cluster2-web 80 || fail "nginx does not listen"
	wait_until 20 listening cluster2-echo 7 || fail "socat does not listen"
}

fetch()
{
	on cluster1-client curl -sS -g --fail --max-time 20 "$1"
}

show_page()
{
	start_servers
	prompt cluster1/client "curl http://$WEB4/ | head -n 4"
	fetch "http://$WEB4/" >"$WORLD/page"
	head -n 4 "$WORLD/page" | shown
	grep -q 'Welcome to nginx!' "$WORLD/page" ||
		fail "that is not nginx's welcome page"
	show_access_log
}

# show_access_log [ADDRESS]: the last line must be from there.
show_access_log()
{
	_from=${1:-$CLIENT4}
	prompt cluster2/web "tail -n 1 access.log"
	tail -n 1 "$WORLD/nginx.access.log" | shown
	tail -n 1 "$WORLD/nginx.access.log" | grep -q "^$_from " ||
		fail "the client's address in the log is not $_from"
}

# answers_ping POD ADDRESS
answers_ping()
{
	prompt "${1%%-*}/${1#*-}" "ping -c 1 $2"
	on "$1" ping -n -c 1 -W 5 "$2" >"$WORLD/ping"
	sed -n '/bytes from/p' "$WORLD/ping" | shown
}

# answers_head POD URL
answers_head()
{
	prompt "${1%%-*}/${1#*-}" "curl -sI '$2'"
	on "$1" curl -sS -g -I --fail --max-time 20 "$2" | head -n 1 |
		tr -d '\r' | shown
}

show_protocols()
{
	answers_ping cluster1-client "$WEB4"
	prompt cluster1/client "echo 'any protocol' | socat - udp:$ECHO4:7"
	echo 'any protocol' |
		on cluster1-client socat -t 5 - "udp:$ECHO4:7" >"$WORLD/udp" &
	wait_until 10 grep -q 'any protocol' "$WORLD/udp" ||
		fail "no answer to the UDP packet"
	shown <"$WORLD/udp"
	answers_head cluster1-client "http://[$WEB6]/"
	show_access_log "$CLIENT6"
	answers_ping cluster1-client "$STATUS4"
	answers_head hub-status "http://$WEB4/"
	show_access_log "$STATUS4"
}

# dots NAME FILE MB: one for every tenth that has arrived, while NAME runs.
dots()
{
	_dots=0
	until ended "$1"; do
		_have=$(stat -c %s "$2" 2>/dev/null || echo 0)
		while [ $((_dots * $3 * 104858)) -lt "$_have" ]; do
			progress
			_dots=$((_dots + 1))
		done
		sleep 0.2
	done
	progress ' '
}

# A window that fits into WireGuard's queue of 1024 packets: what overflows it
# is lost without being counted (drivers/net/wireguard/queueing.c), and in the
# end every packet is to be accounted for.
show_transfer()
{
	on cluster1-client sysctl -qw net.ipv4.tcp_rmem="4096 131072 1048576"
	prompt cluster1/client "curl -o random http://$WEB4/random"
	now_ms
	_t=$NOW
	background transfer cluster1-client curl -sS --fail --max-time 400 \
		-o "$WORLD/random" "http://$WEB4/random"
	dots transfer "$WORLD/random" $TRANSFER_MB
	now_ms
	_t=$((NOW - _t))
	prompt cluster1/client "sha256sum random"
	cat "$WORLD/transfer.err"
	sha256sum <"$WORLD/random" | shown
	prompt cluster2/web "sha256sum random"
	sha256sum <"$WORLD/www/random" | shown
	cmp "$WORLD/random" "$WORLD/www/random"
	show "$((TRANSFER_MB * 8389 / _t)) Mbit/s through two tunnels"
	rm "$WORLD/random"
}

# Each of these packets has no way to go; cluster1 says why.
show_drops()
{
	_nowhere=10.120.0.1
	prompt cluster1/client "ping -c 1 $_nowhere"
	on cluster1-client ping -n -c 1 -W 1 $_nowhere |
		sed -n '/packets transmitted/p' | shown
	prompt cluster1/client "ping -c 1 -M do -s 1472 $WEB4"
	on cluster1-client ping -n -c 1 -W 2 -M "do" -s 1472 "$WEB4" 2>&1 |
		sed -n '/[Ff]rag\|mtu\|too long/p' | shown
	prompt cluster1 "obctl drops"
	obctl_of cluster1 drops >"$WORLD/drops"
	shown <"$WORLD/drops"
	for _reason in no_route too_big; do
		grep -q "$_reason" "$WORLD/drops" ||
			fail "obctl drops does not mention $_reason"
	done
}

show_tables()
{
	prompt cluster1 "obctl status | head -n 10"
	obctl_of cluster1 status | head -n 10 | shown
	for _verb in peers nat; do
		prompt cluster1 "obctl $_verb"
		obctl_of cluster1 "$_verb" | shown
	done
	show_counters
}

# counter_line FROM TO: what one has sent and the other received.
counter_line()
{
	# shellcheck disable=SC2046 # four numbers each
	set -- "$1" "$2" $(traffic_of "$1" "$2") $(traffic_of "$2" "$1")
	_lost=$(($3 - $9))
	printf '%-20s %9s %11s   %9s %11s   %5s\n' "$1 -> $2" \
		"$3" "$4" "$9" "${10}" $_lost
	[ $_lost -ge 0 ] || return 1
	[ $_lost -gt 0 ] || [ "$4" = "${10}" ]
}

# Equal, but for what a network may lose under load (TCP sends it again).
counters_agree()
{
	counter_line cluster1 cluster2 && counter_line cluster2 cluster1
}

counters_rest()
{
	_now="$(traffic_of cluster1 cluster2) $(traffic_of cluster2 cluster1)"
	[ "$_now" = "${_then:-}" ] || {
		_then=$_now
		return 1
	}
}

show_counters()
{
	wait_until 10 counters_rest
	printf '%-20s %21s   %21s   %5s\n' '' 'sent' 'received there' 'lost' >&3
	printf '%-20s %9s %11s   %9s %11s\n' '' packets bytes \
		packets bytes >&3
	counters_agree >"$WORLD/counters" && _agree=1 || _agree=0
	cat "$WORLD/counters" >&3
	[ "$_agree" = 1 ] || fail "more was received than sent"
	for _pair in "cluster1 cluster2" "cluster2 cluster1"; do
		# shellcheck disable=SC2086 # two names
		lost_little $_pair || fail "more than 2 % was lost: $_pair"
	done
}

lost_little()
{
	# shellcheck disable=SC2046 # four numbers each
	set -- $(traffic_of "$1" "$2") $(traffic_of "$2" "$1")
	[ $((($1 - $7) * 50)) -le "$1" ]
}
