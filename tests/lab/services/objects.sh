# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# The objects that the flows use, as YAML on standard output.

# service NAME PORTS [MORE]: PORTS and MORE as in a spec, without braces.
service()
{
	echo "---"
	echo "{apiVersion: v1, kind: Service, metadata: {name: $1},"
	echo " spec: {selector: {app: ${1%%-*}}, ports: [$2]${3:+, $3}}}"
}

# export_of NAME
export_of()
{
	echo "---"
	echo "{apiVersion: multicluster.x-k8s.io/v1beta1, kind: ServiceExport,"
	echo " metadata: {name: $1}}"
}

# nginx NAME REPLICAS: a Deployment that listens on 8080. A Pod that is
# deleted serves for 3 s more, as those behind a load balancer should.
nginx()
{
	cat <<-END
		---
		apiVersion: apps/v1
		kind: Deployment
		metadata: {name: $1}
		spec:
		  replicas: $2
		  selector: {matchLabels: {app: $1}}
		  template:
		    metadata: {labels: {app: $1}}
		    spec:
		      terminationGracePeriodSeconds: 10
		      containers:
		      - name: nginx
		        image: nginx
		        ports: [{name: web, containerPort: 8080}]
		        readinessProbe: {tcpSocket: {port: web}}
		        lifecycle: {preStop: {sleep: {seconds: 3}}}
	END
}

# hello_pod NAME [MORE]: says who it is to whoever comes, over TCP and UDP.
hello_pod()
{
	cat <<-'END' | sed "s/NAME/$1/; s/MORE/${2:-}/"
		---
		apiVersion: v1
		kind: Pod
		metadata: {name: NAME, labels: {app: hello}}
		spec:
		  MORE
		  terminationGracePeriodSeconds: 0
		  containers:
		  - name: socat
		    image: alpine/socat
		    command: [sh, -c]
		    args:
		    - |
		      answer='SYSTEM:echo pod ip $MY_POD_IP on $MY_NODE'
		      socat TCP6-LISTEN:42,ipv6only=0,fork,reuseaddr "$answer" &
		      exec socat UDP6-RECVFROM:42,ipv6only=0,fork "$answer"
		    env:
		    - name: MY_POD_IP
		      valueFrom: {fieldRef: {fieldPath: status.podIP}}
		    - name: MY_NODE
		      valueFrom: {fieldRef: {fieldPath: spec.nodeName}}
		    ports: [{name: hello, containerPort: 42}]
		    readinessProbe: {tcpSocket: {port: 42}}
	END
}
