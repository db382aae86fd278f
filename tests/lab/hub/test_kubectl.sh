#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The kubectl that people have, against the embedded hub: Debian 12's is 1.20, so
# nothing newer is asked of it.
# shellcheck source=/dev/null
. "${OB_SOURCE_DIR:?}/tests/lab/lib/hub.sh"

# says SENTENCE PATTERN ARGUMENT...: kubectl succeeds, and a line matches.
says()
{
	_sentence=$1 _pattern=$2
	shift 2
	if kube "$@" >"$WORLD/says.out" 2>"$WORLD/says.err" &&
		grep -Eq -- "$_pattern" "$WORLD/says.out"; then
		pass "$_sentence"
	else
		miss "$_sentence: no /$_pattern/"
		cat "$WORLD/says.out" "$WORLD/says.err" | head -n 12 |
			sed 's/^/       | /'
	fi
}

cat >"$WORLD/guest.yaml" <<-END_OF_PEER
	apiVersion: octopus.io/v1alpha1
	kind: Peer
	metadata: {name: guest, labels: {site: here}}
	spec: {cluster_id: guest, cluster_cidr: [10.124.0.0/16]}
END_OF_PEER

says "version" 'Server Version: .*v1\.' version
says "api-resources" '^peers +peer +octopus.io/v1alpha1 +true +Peer' \
	api-resources
says "explain" 'cluster_cidr' explain peer.spec
says "explain names types" '\[\]string' explain peer.spec.cluster_cidr
says "get" '^cluster1 .*10\..*True' get peers
says "get -A" "^$SHARE +cluster1 " get peers -A
says "get -o wide has another column" 'REASON' get peers -o wide
says "get -o name" '^peer.octopus.io/cluster2$' get peer -o name
says "get -o yaml" 'cluster_id: cluster1' get peer cluster1 -o yaml
says "describe" '[Pp]ublic[ _]?[Kk]ey' describe peer cluster1
says "apply --dry-run=server" 'created \(server dry run\)' \
	apply --dry-run=server -f "$WORLD/guest.yaml"
says "apply" 'guest created' apply -f "$WORLD/guest.yaml"
says "apply again" 'guest unchanged' apply -f "$WORLD/guest.yaml"
says "get -l" '^guest ' get peers -l site=here
says "get -l of nobody" '0' get peers -l site=nowhere -o \
	jsonpath='{range .items[*]}x{end}0'
says "label" 'guest labeled' label peer guest site=there --overwrite
says "annotate" 'guest annotated' annotate peer guest note=hello
says "patch" 'guest patched' patch peer guest --type=merge \
	-p '{"spec":{"endpoint":"198.51.100.200"}}'
says "patch by JSON patch" 'guest patched' patch peer guest --type=json \
	-p '[{"op":"replace","path":"/spec/endpoint","value":"198.51.100.201"}]'
cat >"$WORLD/editor" <<-END_OF_EDITOR
	#!/bin/sh
	exec sed -i 's/198.51.100.201/198.51.100.202/' "\$1"
END_OF_EDITOR
chmod +x "$WORLD/editor"
KUBE_EDITOR=$WORLD/editor
export KUBE_EDITOR
says "edit" 'guest edited' edit peer guest
says "and it is so" '^198.51.100.202$' get peer guest \
	-o 'jsonpath={.spec.endpoint}{"\n"}'
sed -i 's/site: here/site: server-side/' "$WORLD/guest.yaml"
says "apply --server-side meets another manager" 'serverside-applied' \
	apply --server-side --force-conflicts -f "$WORLD/guest.yaml"
says "its managers are remembered" 'kubectl' get peer guest \
	-o 'jsonpath={.metadata.managedFields[*].manager}'
check "nonsense is refused by name" sh -c "
	sed 's/cluster_id: guest/cluster_id: 5/' '$WORLD/guest.yaml' |
		HOME='$WORLD' kubectl --kubeconfig '$ADMIN' apply --server-side \
			--namespace $SHARE --force-conflicts -f - 2>&1 |
		grep -E 'cluster_id'"
says "wait" 'condition met' wait --for=condition=Established --timeout=10s \
	crd/peers.octopus.io

# A watch sees a change and the end.
kube get peer guest --watch -o 'jsonpath={.metadata.labels.seen}{"\n"}' \
	>"$WORLD/watch.out" 2>"$WORLD/watch.err" &
WATCH=$!
wait_until "$PATIENCE" test -s "$WORLD/watch.out"
kube label peer guest seen=yes >/dev/null
check "watch" wait_until "$PATIENCE" grep -q '^yes$' "$WORLD/watch.out"
kill $WATCH
says "delete" 'guest" deleted' delete peer guest
check "it is gone" peer_gone guest
says "create configmap" 'created' create configmap words --from-literal=a=b
says "get it" '^b$' get configmap words -o 'jsonpath={.data.a}{"\n"}'
says "delete it" 'deleted' delete configmap words
says "create namespace" 'created' create namespace elsewhere
says "get namespaces" '^elsewhere ' get namespaces
says "delete namespace" 'deleted' delete namespace elsewhere --timeout=30s
says "auth can-i" '^yes' auth can-i delete peers
kube get peers -A | sed 's/^/       | /'
the_end
