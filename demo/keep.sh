# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# --keep: a shell among the clusters.

# A command for people: enters a namespace, with obctl set up for its cluster.
on_command()
{
	mkdir -p "$WORLD/bin"
	cat >"$WORLD/bin/on" <<-'END'
		#!/bin/sh
		[ $# -ge 2 ] && [ -e "/run/netns/$1" ] || {
			echo "usage: on NAMESPACE COMMAND..." >&2
			echo "namespaces: $(cd /run/netns && echo *)" >&2
			exit 2
		}
		namespace=$1
		shift
		export OB_PIN_ROOT="/sys/fs/bpf/ovn-builder-${namespace%%-*}"
		exec nsenter --net="/run/netns/$namespace" -- "$@"
	END
	chmod +x "$WORLD/bin/on"
}

explain()
{
	cat <<END

The clusters keep running while this shell is open. Some things to try:

  kubectl --kubeconfig $KUBECONFIG_NAME get peers -A
  kubectl describe peer cluster1                   what the hub thinks of it
  on cluster1-client curl http://$WEB4/        from a pod
  on cluster1 obctl peers                          in a gateway
  on cluster1 obctl whois $CLIENT4              which pod is that?
  on cluster1 obctl monitor                        events, live
  on cluster1 wg show
  on internet tcpdump -ni any -c 5 udp port $PORT  what the world sees
  on cluster1 ip route del $(prefix4_of cluster2).0.0/16           it comes back
  bpftool map dump pinned $(gateway_of cluster1)/v1/ob_out4
  kill -9 $(octopus_pid cluster1)                             octopus of cluster1
  cat $WORLD/cluster1.yaml           all that it was told

Logs: $WORLD/*.log. Leave with exit.

END
}

explore()
{
	on_command
	explain
	trap '' INT
	cat >"$WORLD/bashrc" <<-END
		PS1='demo# '
		PATH=$WORLD/bin:$OB_BUILD_DIR/bin:\$PATH
		export KUBECONFIG=$WORLD/kubeconfig
		export KUBECACHEDIR=$WORLD/kube-cache
		cd $REPO
	END
	HOME=$WORLD kubectl --kubeconfig "$KUBECONFIG_FILE" config view \
		--raw --flatten >"$WORLD/kubeconfig"
	HOME=$WORLD kubectl --kubeconfig "$WORLD/kubeconfig" config \
		set-context --current --namespace "$SHARE" >/dev/null
	bash --rcfile "$WORLD/bashrc" -i || :
}
