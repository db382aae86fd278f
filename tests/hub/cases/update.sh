# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
made POST "$CONFIGMAPS" "$(config one '{"k":"v"}')"
old=$(last -c .)
uid=$(last .metadata.uid)
it a new version
api -o "$BRIEF" PUT "$CONFIGMAPS/one" \
	"$(echo "$old" | jq '.data.k = "w"')"
it a version that is old
api PUT "$CONFIGMAPS/one" "$(echo "$old" | jq '.data.k = "x"')"
it no version: whatever there is, is replaced
api -o "$BRIEF" PUT "$CONFIGMAPS/one" "$(config one '{"k":"y"}')"
it nothing changes: the version stays
api -o "$BRIEF" PUT "$CONFIGMAPS/one" "$(config one '{"k":"y"}')"
it what does not exist
api PUT "$CONFIGMAPS/none" "$(config none)"
it another name, another namespace, another uid
api PUT "$CONFIGMAPS/one" "$(config two)"
api PUT "$CONFIGMAPS/one" "$(config one '' '"namespace":"elsewhere"')"
api -o "$WHY" PUT "$CONFIGMAPS/one" \
	"$(config one '' '"uid":"00000000-0000-0000-0000-000000000000"')"
it the right uid
api -o "$BRIEF" PUT "$CONFIGMAPS/one" \
	"$(config one '{"k":"z"}' "\"uid\":\"$uid\"")"
it a dry run
api -o "$BRIEF" PUT "$CONFIGMAPS/one?dryRun=All" "$(config one '{"k":"dry"}')"
api -o "$BRIEF" GET "$CONFIGMAPS/one"
gadgets_served
made POST "$GADGETS" "$(gadget one)"
it a custom object without a version is not replaced
api -o "$CAUSES" PUT "$GADGETS/one" "$(gadget one)"
it generation counts what is not metadata and not status
old=$(call GET "$GADGETS/one" '' json application/json >/dev/null && last -c .)
api -o .metadata.generation PUT "$GADGETS/one" \
	"$(echo "$old" | jq '.metadata.labels = {"a": "b"}')"
api -o .metadata.generation PUT "$GADGETS/one" \
	"$(last -c . | jq '.spec.size = 2')"
it the names of versions are as good as each other
api -o '{apiVersion, spec}' GET \
	"/apis/test.octopus.io/v1beta1/namespaces/$NS/gadgets/one"
api -q GET "/apis/test.octopus.io/v1alpha1/namespaces/$NS/gadgets/one"
