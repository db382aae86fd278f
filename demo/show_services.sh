# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# What the demo shows of services, one function for each step.

EXAMPLE=examples/nginx-deploy.yaml
NAME=nginx-svc.default.svc.hyperos.local
# An answer to "who has it now?" comes within this.
SYNC_SECONDS=30

show_apis()
{
	prompt cluster1 "kubectl apply -f charts/octopus-agent/crds"
	apis_start || fail "the clusters' API servers do not answer"
	pod_resolver cluster1-client
	pod_resolver cluster2-echo
	for _at in $SERVICE_CLUSTERS; do
		objects_of "$_at" >"$WORLD/$_at.objects"
	done
	objects_of_hub >"$WORLD/hub.objects"
}

# page_by_name POD: what a person would type, and the page.
page_by_name()
{
	in_pod "$1" curl -sS --fail --max-time 5 "http://$NAME"
}

show_export()
{
	prompt cluster2 "kubectl apply -f $EXAMPLE"
	kube_in cluster2 apply -f "$REPO/$EXAMPLE" | shown
	wait_until $SYNC_SECONDS page_by_name cluster1-client ||
		fail "cluster1 does not reach nginx-svc"
	prompt cluster1/client "curl $NAME | head -n 4"
	page_by_name cluster1-client >"$WORLD/page"
	head -n 4 "$WORLD/page" | shown
	grep -q 'Welcome to nginx!' "$WORLD/page" ||
		fail "that is not nginx's welcome page"
}

# imports CLUSTER: as a person looks at them.
imports()
{
	prompt "$1" "kubectl get serviceexport,serviceimport,endpointslices"
	kube_in "$1" get serviceexport,serviceimport,endpointslices |
		grep . | shown
}

# answering POD N: which clusters' pods have answered N connections, how often.
answering()
{
	look_in cluster1 "$PODS" '.items[].metadata.name' >"$WORLD/pods.cluster1"
	in_pod "$1" curl -sS --max-time 10 -H 'Connection: close' \
		"http://$NAME/whoami?[1-$2]" |
		while read -r _name _; do
			if grep -qxF "$_name" "$WORLD/pods.cluster1"; then
				echo cluster1
			else
				echo cluster2
			fi
		done | sort | uniq -c
}

# both_answer: of 40, each cluster at least ten.
both_answer()
{
	answering cluster1-client 40 >"$WORLD/answering"
	[ "$(awk '$1 >= 10' "$WORLD/answering" | wc -l)" = 2 ]
}

show_both()
{
	prompt cluster1 "kubectl apply -f $EXAMPLE"
	kube_in cluster1 apply -f "$REPO/$EXAMPLE" >"$LOG.both"
	wait_until $SYNC_SECONDS both_answer ||
		fail "of 40 connections: $(cat "$WORLD/answering")"
	imports cluster1
	prompt cluster1/client \
		"curl $NAME/whoami?[1-40] | sort | uniq -c   (whose pods)"
	shown <"$WORLD/answering"
	prompt cluster1 "obctl services"
	obctl_of cluster1 services | shown
}

# scale CLUSTER N
scale()
{
	prompt "$1" "kubectl scale deployment nginx-app --replicas $2"
	kube_in "$1" scale deployment nginx-app --replicas "$2"
}

refused()
{
	! page_by_name cluster1-client 2>"$WORLD/refused"
}

show_scale()
{
	scale cluster1 0
	scale cluster2 0
	wait_until $SYNC_SECONDS refused || fail "somebody answers"
	now_ms
	_t=$NOW
	prompt cluster1/client "curl $NAME"
	! page_by_name cluster1-client 2>"$WORLD/refused" ||
		fail "somebody answers"
	now_ms
	_t=$((NOW - _t))
	shown <"$WORLD/refused"
	[ $_t -lt 2000 ] || fail "that took $_t ms"
	scale cluster2 1
	wait_until $SYNC_SECONDS page_by_name cluster1-client ||
		fail "nobody answers"
	prompt cluster1/client "curl $NAME | grep h1"
	page_by_name cluster1-client | grep h1 | shown
}

as_before()
{
	for _at in $SERVICE_CLUSTERS; do
		objects_of "$_at" | diff "$WORLD/$_at.objects" - || return 1
	done
	objects_of_hub | diff "$WORLD/hub.objects" -
}

show_unexport()
{
	for _at in $SERVICE_CLUSTERS; do
		prompt "$_at" "kubectl delete -f $EXAMPLE"
		kube_in "$_at" delete -f "$REPO/$EXAMPLE" --wait=false
	done
	wait_until $SYNC_SECONDS as_before ||
		fail "something is left: $(as_before)"
	show "All objects of both clusters and of the hub are what they were."
}
