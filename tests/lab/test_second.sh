#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A second octopus with the pin root of one that runs is refused, and told why,
# whether it wants to run or to clean up. The first one does not notice.
# shellcheck source=/dev/null
. "${OB_SOURCE_DIR:?}/tests/lab/lib/flow.sh"

ROOT=$(gateway_of cluster1)

# second OPTION...: its exit status and what it says.
second()
{
	on cluster1 timeout "$PATIENCE" "$(octopus_binary)" \
		--config "$WORLD/cluster1.yaml" --pin-root "$ROOT" "$@" 2>&1 &&
		echo "status 0" || echo "status $?"
}

for _mode in --log-level=info --once --cleanup; do
	matches "a second octopus $_mode" "$(second $_mode)" \
		"octopus: another octopus runs with the pin root $ROOT: *status 1"
done
check "the first one still runs" gateway_ready cluster1
check "traffic flows" traffic_flows
octopus_stop cluster1 KILL
octopus_start cluster1
check "one that follows a killed one is not refused" \
	wait_until "$PATIENCE" gateway_ready cluster1
the_end
