# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# What the demo shows of the hub, one function for each step.

STREAM_RATE=500

# kubectl_prompt ARGUMENT...: as the reader would type it.
kubectl_prompt()
{
	show "$DIM\$$PLAIN ${BOLD}kubectl --kubeconfig $KUBECONFIG_NAME $*$PLAIN"
}

show_hub_start()
{
	prompt hub "hub --advertise 192.0.2.1 init && hub serve"
	hub_init
	hub_up || fail "the hub's API does not answer"
	mkdir -p "$(dirname "$KUBECONFIG_FILE")"
	(umask 077 && hub_ctl kubeconfig >"$KUBECONFIG_FILE")
	gateway_start hub --gateway
	joined hub || fail "the hub's gateway is not ready"
}

show_join()
{
	for _member in cluster1 cluster2; do
		prompt hub "hub token create $_member > $_member.token"
		gateway_start $_member
		joined $_member || fail "$_member has not joined"
	done
	services_start
	prompt cluster1 "cat octopus.yaml"
	sed "s|$WORLD/hub/||; s|$WORLD/||" "$WORLD/cluster1.yaml" | shown
	for _member in cluster1 cluster2; do
		wait_until 30 handshake_done $_member ||
			fail "$_member has no WireGuard handshake"
	done
	show_peers
}

show_peers()
{
	kubectl_prompt get peers -A
	HOME=$WORLD kubectl --kubeconfig "$KUBECONFIG_FILE" --cache-dir \
		"$WORLD/kube-cache" get peers -A | shown
}

# unharmed: ends the stream; it must have lost nothing.
unharmed()
{
	# shellcheck disable=SC2046 # words
	set -- $(stream_stop)
	[ $# -ge 3 ] || fail "the stream has not arrived"
	show "meanwhile from cluster1/client to cluster2/web:" \
		"${1#*=} packets sent, ${2#*=} received, ${3#*=} lost"
	[ "${3#*=}" = 0 ] || fail "the stream has lost packets"
}

show_third()
{
	third_build
	stream_start $STREAM_RATE || fail "the stream does not start"
	third_joins
	joined cluster3 || fail "cluster3 has not joined"
	show_peers
	_app4=$(global4 cluster3 1.10)
	wait_until 20 on cluster1-client ping -n -c 1 -W 2 "$_app4" ||
		fail "cluster3's pod does not answer"
	prompt cluster1/client "ping -c 1 $_app4"
	on cluster1-client ping -n -c 1 -W 5 "$_app4" >"$WORLD/ping"
	sed -n '/bytes from/p' "$WORLD/ping" | shown
	prompt cluster3/app "curl -sI http://$WEB4/"
	on cluster3-app curl -sS -I --fail --max-time 20 "http://$WEB4/" |
		head -n 1 | tr -d '\r' | shown
	unharmed
}

# A Peer like a mistyped file would make it.
mistaken_peer()
{
	cat <<-END
		apiVersion: octopus.io/v1alpha1
		kind: Peer
		metadata: {name: cluster4, namespace: $SHARE}
		spec:
		  cluster_id: cluster4
		  cluster_cidr: [$(prefix4_of cluster2).0.0/16]
		  public_key: $(wg genkey | wg pubkey)
	END
}

show_conflict()
{
	stream_start $STREAM_RATE || fail "the stream does not start"
	kubectl_prompt apply -f cluster4.yaml
	mistaken_peer >"$WORLD/cluster4.yaml"
	kube apply -f "$WORLD/cluster4.yaml" | shown
	peer_is cluster4 "$(condition_is Conflict True)" 30 ||
		fail "the Peer has no Conflict"
	kubectl_prompt "describe peer cluster4 | grep -B 5 'Type: *Conflict'"
	kube describe peer cluster4 | grep -B 5 'Type: *Conflict' |
		sed 's/^ *//' | shown
	unharmed
	kube delete peer cluster4
}

show_kill()
{
	stream_start $STREAM_RATE || fail "the stream does not start"
	_vip=$(in_pod cluster1-client getent ahostsv4 "$NAME" | head -n 1)
	_vip=${_vip%% *}
	hub_stop KILL
	for _dead in $CLUSTERS; do
		octopus_stop "$_dead" KILL
	done
	for _at in $SERVICE_CLUSTERS; do
		part_stop syncer "$_at" KILL
		part_stop crossdns "$_at" KILL
	done
	! pgrep -x 'octopus|syncer|crossdns' || fail "one of them is left"
	show "octopus in hub, cluster1, cluster2, cluster3, the hub's API, and"
	show "syncer and crossdns in cluster1 and cluster2: killed"
	prompt cluster1/client "curl http://$_vip/ | grep h1   ($NAME)"
	fetch "http://$_vip/" | grep h1 | shown
	prompt cluster1/client "curl http://$WEB4/ | grep h1"
	fetch "http://$WEB4/" | grep h1 | shown
	unharmed
}

show_return()
{
	stream_start $STREAM_RATE || fail "the stream does not start"
	hub_up || fail "the hub's API does not answer"
	for _back in $CLUSTERS; do
		octopus_start "$_back"
		wait_until 30 gateway_ready "$_back" ||
			fail "octopus of $_back is not ready after 30 s"
	done
	for _at in $SERVICE_CLUSTERS; do
		syncer_start "$_at"
		crossdns_start "$_at"
	done
	peers_ready || fail "not every Peer is ready"
	wait_until "$SYNC_SECONDS" page_by_name cluster1-client ||
		fail "nginx-svc does not answer"
	unharmed
}

show_leave()
{
	stream_start $STREAM_RATE || fail "the stream does not start"
	prompt cluster3 "octopus --leave"
	leave cluster3
	for _other in hub cluster1 cluster2; do
		wait_until 20 forgets "$_other" cluster3 ||
			fail "$_other still has: $(mentions "$_other" cluster3)"
	done
	show_peers
	unharmed
}

show_diagnose()
{
	prompt cluster1 "obctl diagnose"
	obctl_of cluster1 diagnose --config "$WORLD/cluster1.yaml" \
		>"$WORLD/diagnose"
	shown <"$WORLD/diagnose"
}
