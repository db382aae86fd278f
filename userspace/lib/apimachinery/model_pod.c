// SPDX-License-Identifier: Apache-2.0
/* Pods: names and types of fields, list types and merge keys as Kubernetes
 * 1.32 has them. */
#include "apimachinery/model.h"

#define CORE "io.k8s.api.core.v1"

const struct ob_api_model ob_api_models_pod[] = {
	{
		.name = "Capabilities",
		.package = CORE,
		.fields = "add []string; drop []string",
	},
	{
		.name = "ConfigMapEnvSource",
		.package = CORE,
		.fields = "name string; optional boolean",
	},
	{
		.name = "Container",
		.package = CORE,
		.fields = "args []string; command []string; env []EnvVar "
			  "map:name merge:name; envFrom []EnvFromSource; "
			  "image string; imagePullPolicy string; lifecycle "
			  "Lifecycle; livenessProbe Probe; name! string; "
			  "ports []ContainerPort map:containerPort,protocol "
			  "merge:containerPort; readinessProbe Probe; "
			  "resizePolicy []ContainerResizePolicy; resources "
			  "ResourceRequirements; restartPolicy string; "
			  "securityContext SecurityContext; startupProbe "
			  "Probe; stdin boolean; stdinOnce boolean; "
			  "terminationMessagePath string "
			  "=/dev/termination-log; terminationMessagePolicy "
			  "string =File; tty boolean; volumeDevices "
			  "[]VolumeDevice map:devicePath merge:devicePath; "
			  "volumeMounts []VolumeMount map:mountPath "
			  "merge:mountPath; workingDir string",
	},
	{
		.name = "ContainerPort",
		.package = CORE,
		.fields = "containerPort! int32; hostIP string; hostPort "
			  "int32; name string; protocol string =TCP",
	},
	{
		.name = "ContainerResizePolicy",
		.package = CORE,
		.fields = "resourceName! string; restartPolicy! string",
	},
	{
		.name = "ContainerState",
		.package = CORE,
		.fields = "running ContainerStateRunning; terminated "
			  "ContainerStateTerminated; waiting "
			  "ContainerStateWaiting",
	},
	{
		.name = "ContainerStateRunning",
		.package = CORE,
		.fields = "startedAt time",
	},
	{
		.name = "ContainerStateTerminated",
		.package = CORE,
		.fields = "containerID string; exitCode! int32; finishedAt "
			  "time; message string; reason string; signal int32; "
			  "startedAt time",
	},
	{
		.name = "ContainerStateWaiting",
		.package = CORE,
		.fields = "message string; reason string",
	},
	{
		.name = "ContainerStatus",
		.package = CORE,
		.fields = "allocatedResources {}quantity; "
			  "allocatedResourcesStatus []ResourceStatus map:name "
			  "merge:name; containerID string; image! string; "
			  "imageID! string; lastState ContainerState; name! "
			  "string; ready! boolean; resources "
			  "ResourceRequirements; restartCount! int32; started "
			  "boolean; state ContainerState; user any; "
			  "volumeMounts []VolumeMountStatus map:mountPath "
			  "merge:mountPath",
	},
	{
		.name = "EnvFromSource",
		.package = CORE,
		.fields = "configMapRef ConfigMapEnvSource; prefix string; "
			  "secretRef SecretEnvSource",
	},
	{
		.name = "EnvVar",
		.package = CORE,
		.fields = "name! string; value string; valueFrom any",
	},
	{
		.name = "EphemeralContainer",
		.package = CORE,
		.fields = "args []string; command []string; env []EnvVar "
			  "map:name merge:name; envFrom []EnvFromSource; "
			  "image string; imagePullPolicy string; lifecycle "
			  "Lifecycle; livenessProbe Probe; name! string; "
			  "ports []ContainerPort map:containerPort,protocol "
			  "merge:containerPort; readinessProbe Probe; "
			  "resizePolicy []ContainerResizePolicy; resources "
			  "ResourceRequirements; restartPolicy string; "
			  "securityContext SecurityContext; startupProbe "
			  "Probe; stdin boolean; stdinOnce boolean; "
			  "targetContainerName string; terminationMessagePath "
			  "string; terminationMessagePolicy string; tty "
			  "boolean; volumeDevices []VolumeDevice "
			  "map:devicePath merge:devicePath; volumeMounts "
			  "[]VolumeMount map:mountPath merge:mountPath; "
			  "workingDir string",
	},
	{
		.name = "ExecAction",
		.package = CORE,
		.fields = "command []string",
	},
	{
		.name = "GRPCAction",
		.package = CORE,
		.fields = "port! int32; service string",
	},
	{
		.name = "HTTPGetAction",
		.package = CORE,
		.fields = "host string; httpHeaders []HTTPHeader; path "
			  "string; port! int-or-string; scheme string",
	},
	{
		.name = "HTTPHeader",
		.package = CORE,
		.fields = "name! string; value! string",
	},
	{
		.name = "HostAlias",
		.package = CORE,
		.fields = "hostnames []string; ip! string",
	},
	{
		.name = "HostIP",
		.package = CORE,
		.fields = "ip! string",
	},
	{
		.name = "Lifecycle",
		.package = CORE,
		.fields = "postStart LifecycleHandler; preStop "
			  "LifecycleHandler",
	},
	{
		.name = "LifecycleHandler",
		.package = CORE,
		.fields = "exec ExecAction; httpGet HTTPGetAction; sleep "
			  "SleepAction; tcpSocket TCPSocketAction",
	},
	{
		.name = "Pod",
		.package = CORE,
		.about = "Containers that run together on one Node.",
		.fields = "apiVersion string; kind string; metadata "
			  "ObjectMeta; spec PodSpec; status PodStatus ={}",
	},
	{
		.name = "PodCondition",
		.package = CORE,
		.fields = "lastProbeTime time; lastTransitionTime time; "
			  "message string; reason string; status! string; "
			  "type! string",
	},
	{
		.name = "PodDNSConfig",
		.package = CORE,
		.fields = "nameservers []string; options "
			  "[]PodDNSConfigOption; searches []string",
	},
	{
		.name = "PodDNSConfigOption",
		.package = CORE,
		.fields = "name string; value string",
	},
	{
		.name = "PodIP",
		.package = CORE,
		.fields = "ip! string",
	},
	{
		.name = "PodOS",
		.package = CORE,
		.fields = "name! string",
	},
	{
		.name = "PodReadinessGate",
		.package = CORE,
		.fields = "conditionType! string",
	},
	{
		.name = "PodSchedulingGate",
		.package = CORE,
		.fields = "name! string",
	},
	{
		.name = "PodSecurityContext",
		.package = CORE,
		.fields = "appArmorProfile any; fsGroup int64; "
			  "fsGroupChangePolicy string; runAsGroup int64; "
			  "runAsNonRoot boolean; runAsUser int64; "
			  "seLinuxChangePolicy string; seLinuxOptions any; "
			  "seccompProfile any; supplementalGroups []int64; "
			  "supplementalGroupsPolicy string; sysctls []Sysctl; "
			  "windowsOptions any",
	},
	{
		.name = "PodSpec",
		.package = CORE,
		.fields = "activeDeadlineSeconds int64; affinity any; "
			  "automountServiceAccountToken boolean; containers! "
			  "[]Container map:name merge:name; dnsConfig "
			  "PodDNSConfig; dnsPolicy string =ClusterFirst; "
			  "enableServiceLinks boolean; ephemeralContainers "
			  "[]EphemeralContainer map:name merge:name; "
			  "hostAliases []HostAlias map:ip merge:ip; hostIPC "
			  "boolean; hostNetwork boolean; hostPID boolean; "
			  "hostUsers boolean; hostname string; "
			  "imagePullSecrets []LocalObjectReference map:name "
			  "merge:name; initContainers []Container map:name "
			  "merge:name; nodeName string; nodeSelector {}string "
			  "atomic; os PodOS; overhead {}quantity; "
			  "preemptionPolicy string; priority int32; "
			  "priorityClassName string; readinessGates "
			  "[]PodReadinessGate; resourceClaims []any map:name "
			  "merge:name retain; resources ResourceRequirements; "
			  "restartPolicy string =Always; runtimeClassName "
			  "string; schedulerName string =default-scheduler; "
			  "schedulingGates []PodSchedulingGate map:name "
			  "merge:name; securityContext PodSecurityContext; "
			  "serviceAccount string; serviceAccountName string; "
			  "setHostnameAsFQDN boolean; shareProcessNamespace "
			  "boolean; subdomain string; "
			  "terminationGracePeriodSeconds int64 =30; "
			  "tolerations []Toleration; "
			  "topologySpreadConstraints "
			  "[]TopologySpreadConstraint "
			  "map:topologyKey,whenUnsatisfiable "
			  "merge:topologyKey; volumes []Volume map:name "
			  "merge:name retain",
	},
	{
		.name = "PodStatus",
		.package = CORE,
		.fields = "conditions []PodCondition map:type merge:type; "
			  "containerStatuses []ContainerStatus; "
			  "ephemeralContainerStatuses []ContainerStatus; "
			  "hostIP string; hostIPs []HostIP merge:ip; "
			  "initContainerStatuses []ContainerStatus; message "
			  "string; nominatedNodeName string; phase string "
			  "=Pending; podIP string; podIPs []PodIP map:ip "
			  "merge:ip; qosClass string; reason string; resize "
			  "string; resourceClaimStatuses []any map:name "
			  "merge:name retain; startTime time",
	},
	{
		.name = "Probe",
		.package = CORE,
		.fields = "exec ExecAction; failureThreshold int32; grpc "
			  "GRPCAction; httpGet HTTPGetAction; "
			  "initialDelaySeconds int32; periodSeconds int32; "
			  "successThreshold int32; tcpSocket TCPSocketAction; "
			  "terminationGracePeriodSeconds int64; "
			  "timeoutSeconds int32",
	},
	{
		.name = "ResourceClaim",
		.package = CORE,
		.fields = "name! string; request string",
	},
	{
		.name = "ResourceRequirements",
		.package = CORE,
		.fields = "claims []ResourceClaim map:name; limits "
			  "{}quantity; requests {}quantity",
	},
	{
		.name = "ResourceStatus",
		.package = CORE,
		.fields = "name! string; resources []any map:resourceID",
	},
	{
		.name = "SecretEnvSource",
		.package = CORE,
		.fields = "name string; optional boolean",
	},
	{
		.name = "SecurityContext",
		.package = CORE,
		.fields = "allowPrivilegeEscalation boolean; appArmorProfile "
			  "any; capabilities Capabilities; privileged "
			  "boolean; procMount string; readOnlyRootFilesystem "
			  "boolean; runAsGroup int64; runAsNonRoot boolean; "
			  "runAsUser int64; seLinuxOptions any; "
			  "seccompProfile any; windowsOptions any",
	},
	{
		.name = "SleepAction",
		.package = CORE,
		.fields = "seconds! int64",
	},
	{
		.name = "Sysctl",
		.package = CORE,
		.fields = "name! string; value! string",
	},
	{
		.name = "TCPSocketAction",
		.package = CORE,
		.fields = "host string; port! int-or-string",
	},
	{
		.name = "Toleration",
		.package = CORE,
		.fields = "effect string; key string; operator string; "
			  "tolerationSeconds int64; value string",
	},
	{
		.name = "TopologySpreadConstraint",
		.package = CORE,
		.fields = "labelSelector LabelSelector; matchLabelKeys "
			  "[]string; maxSkew! int32; minDomains int32; "
			  "nodeAffinityPolicy string; nodeTaintsPolicy "
			  "string; topologyKey! string; whenUnsatisfiable! "
			  "string",
	},
	{
		.name = "Volume",
		.package = CORE,
		.fields = "awsElasticBlockStore any; azureDisk any; azureFile "
			  "any; cephfs any; cinder any; configMap any; csi "
			  "any; downwardAPI any; emptyDir any; ephemeral any; "
			  "fc any; flexVolume any; flocker any; "
			  "gcePersistentDisk any; gitRepo any; glusterfs any; "
			  "hostPath any; image any; iscsi any; name! string; "
			  "nfs any; persistentVolumeClaim any; "
			  "photonPersistentDisk any; portworxVolume any; "
			  "projected any; quobyte any; rbd any; scaleIO any; "
			  "secret any; storageos any; vsphereVolume any",
	},
	{
		.name = "VolumeDevice",
		.package = CORE,
		.fields = "devicePath! string; name! string",
	},
	{
		.name = "VolumeMount",
		.package = CORE,
		.fields = "mountPath! string; mountPropagation string; name! "
			  "string; readOnly boolean; recursiveReadOnly "
			  "string; subPath string; subPathExpr string",
	},
	{
		.name = "VolumeMountStatus",
		.package = CORE,
		.fields = "mountPath! string; name! string; readOnly boolean; "
			  "recursiveReadOnly string",
	},
};

const size_t ob_api_models_pod_n = ARRAY_SIZE(ob_api_models_pod);
