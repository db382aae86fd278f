#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# octopus leaves everything when it ends and nothing after --cleanup.
# shellcheck source=/dev/null
. "${OB_SOURCE_DIR:?}/tests/lab/lib/flow.sh"
# shellcheck source=/dev/null
. "${OB_SOURCE_DIR:?}/tests/lab/lib/snapshot.sh"

for _c in $CLUSTERS; do
	octopus_stop "$_c"
done
check "pods talk after a regular end" traffic_flows

for _c in $CLUSTERS; do
	check "octopus --cleanup in $_c" on "$_c" "$(octopus_binary)" \
		--config "$WORLD/$_c.yaml" --pin-root "$(gateway_of "$_c")" \
		--cleanup
	snapshot "$_c" >"$WORLD/$_c.after"
	check "$_c is as it was before" \
		diff "$WORLD/$_c.before" "$WORLD/$_c.after"
	check "a second --cleanup has nothing to do" on "$_c" \
		"$(octopus_binary)" --config "$WORLD/$_c.yaml" \
		--pin-root "$(gateway_of "$_c")" --cleanup
done
the_end
