# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# lease HOLDER RENEWED TRANSITIONS [MORE-METADATA]
lease()
{
	object coordination.k8s.io/v1 Lease lead "${4:-}" "\"spec\":{
		\"holderIdentity\":\"$1\",\"leaseDurationSeconds\":15,
		\"acquireTime\":\"2001-01-01T00:00:00.000000Z\",
		\"renewTime\":\"2001-01-01T00:00:$2\",
		\"leaseTransitions\":$3}"
}
it the first who comes
api POST "$LEASES" "$(lease a 00.000000Z 0)"
version=$(last .metadata.resourceVersion)
api -o "$WHY" POST "$LEASES" "$(lease b 00.000000Z 0)"
it renewed, to the microsecond
api -o .spec PUT "$LEASES/lead" \
	"$(lease a 02.123456Z 0 "\"resourceVersion\":\"$version\"")"
it whoever has read an old one does not get it
api PUT "$LEASES/lead" \
	"$(lease b 03.000000Z 1 "\"resourceVersion\":\"$version\"")"
it not without saying which one was read
api -o "$WHY" PUT "$LEASES/lead" "$(lease b 03.000000Z 1)"
it released
api -t merge -o .spec PATCH "$LEASES/lead" \
	'{"spec":{"holderIdentity":"","leaseDurationSeconds":1}}'
api -t merge -o '.spec // {}' PATCH "$LEASES/lead" '{"spec":null}'
