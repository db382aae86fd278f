#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A client of a Service with session affinity stays with one pod. What ends with
# the timeout is the promise: from then on the client's address decides again.
# tests/bpf/test_service_choice.c looks at that.
# shellcheck source=/dev/null
. "${OB_SOURCE_DIR:?}/tests/lab/lib/services.sh"
# shellcheck source=/dev/null
. "$OB_SOURCE_DIR/tests/lab/services/objects.sh"

# With the pods of the flow "web", which has four in two clusters.
for CLUSTER in $SERVICE_CLUSTERS; do
	{
		service web-sticky '{port: 80, targetPort: web}' \
			'sessionAffinity: ClientIP, sessionAffinityConfig: {clientIP: {timeoutSeconds: 60}}'
		export_of web-sticky
	} | kube_in "$CLUSTER" apply -f - >"$WORLD/out" 2>&1
done
check "four pods are behind it" ready_behind cluster1 web-sticky 4
check "it answers" wait_until "$PATIENCE" curls cluster1-client \
	"http://$(name web-sticky)/"

# pods_of POD N: how many pods have answered N connections.
pods_of()
{
	whoami "$1" "http://$(name web-sticky)" "$2" | sort -u | wc -l
}

equal "pods that answer 30 connections of a client" \
	"$(pods_of cluster1-client 30)" 1
equal "and of another client" "$(pods_of cluster1-shop 30)" 1

the_end
