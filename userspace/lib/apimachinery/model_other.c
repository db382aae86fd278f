// SPDX-License-Identifier: Apache-2.0
/* All built-in kinds but Pods and Deployments: names and types of fields, list
 * types and merge keys as Kubernetes 1.32 has them. */
#include "apimachinery/model.h"

#define CORE	     "io.k8s.api.core.v1"
#define META	     "io.k8s.apimachinery.pkg.apis.meta.v1"
#define DISCOVERY    "io.k8s.api.discovery.v1"
#define COORDINATION "io.k8s.api.coordination.v1"
#define EVENTS	     "io.k8s.api.events.v1"
#define EXTENSIONS   "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1"

const struct ob_api_model ob_api_models_other[] = {
	{
		.name = "ClientIPConfig",
		.package = CORE,
		.fields = "timeoutSeconds int32",
	},
	{
		.name = "Condition",
		.package = META,
		.fields = "lastTransitionTime! time; message! string; "
			  "observedGeneration int64; reason! string; status! "
			  "string; type! string",
	},
	{
		.name = "ConfigMap",
		.package = CORE,
		.about = "Configuration for others to read, as text or bytes "
			 "by key.",
		.fields = "apiVersion string; binaryData {}bytes; data "
			  "{}string; immutable boolean; kind string; metadata "
			  "ObjectMeta",
	},
	{
		.name = "ContainerImage",
		.package = CORE,
		.fields = "names []string; sizeBytes int64",
	},
	{
		.name = "CustomResourceColumnDefinition",
		.package = EXTENSIONS,
		.fields = "description string; format string; jsonPath! "
			  "string; name! string; priority int32; type! string",
	},
	{
		.name = "CustomResourceConversion",
		.package = EXTENSIONS,
		.fields = "strategy! string; webhook any",
	},
	{
		.name = "CustomResourceDefinition",
		.package = EXTENSIONS,
		.about = "A kind of objects that this server serves in "
			 "addition.",
		.fields = "apiVersion string; kind string; metadata "
			  "ObjectMeta; spec! CustomResourceDefinitionSpec; "
			  "status CustomResourceDefinitionStatus",
	},
	{
		.name = "CustomResourceDefinitionCondition",
		.package = EXTENSIONS,
		.fields = "lastTransitionTime time; message string; reason "
			  "string; status! string; type! string",
	},
	{
		.name = "CustomResourceDefinitionNames",
		.package = EXTENSIONS,
		.fields = "categories []string; kind! string; listKind "
			  "string; plural! string; shortNames []string; "
			  "singular string",
	},
	{
		.name = "CustomResourceDefinitionSpec",
		.package = EXTENSIONS,
		.fields = "conversion CustomResourceConversion; group! "
			  "string; names! CustomResourceDefinitionNames; "
			  "preserveUnknownFields boolean; scope! string; "
			  "versions! []CustomResourceDefinitionVersion",
	},
	{
		.name = "CustomResourceDefinitionStatus",
		.package = EXTENSIONS,
		.fields = "acceptedNames CustomResourceDefinitionNames; "
			  "conditions []CustomResourceDefinitionCondition "
			  "map:type; storedVersions []string",
	},
	{
		.name = "CustomResourceDefinitionVersion",
		.package = EXTENSIONS,
		.fields = "additionalPrinterColumns "
			  "[]CustomResourceColumnDefinition; deprecated "
			  "boolean; deprecationWarning string; name! string; "
			  "schema CustomResourceValidation; selectableFields "
			  "[]SelectableField; served! boolean; storage! "
			  "boolean; subresources any",
	},
	{
		.name = "CustomResourceValidation",
		.package = EXTENSIONS,
		.fields = "openAPIV3Schema any",
	},
	{
		.name = "Endpoint",
		.package = DISCOVERY,
		.fields = "addresses! []string set; conditions "
			  "EndpointConditions; deprecatedTopology {}string; "
			  "hints EndpointHints; hostname string; nodeName "
			  "string; targetRef ObjectReference; zone string",
	},
	{
		.name = "EndpointAddress",
		.package = CORE,
		.atomic = true,
		.fields = "hostname string; ip! string; nodeName string; "
			  "targetRef ObjectReference",
	},
	{
		.name = "EndpointConditions",
		.package = DISCOVERY,
		.fields = "ready boolean; serving boolean; terminating "
			  "boolean",
	},
	{
		.name = "EndpointHints",
		.package = DISCOVERY,
		.fields = "forZones []ForZone",
	},
	{
		.name = "EndpointPort",
		.package = CORE,
		.atomic = true,
		.fields = "appProtocol string; name string; port! int32; "
			  "protocol string =TCP",
	},
	{
		.name = "EndpointSlice",
		.package = DISCOVERY,
		.about = "Some of the addresses behind a Service.",
		.fields = "addressType! string; apiVersion string; endpoints "
			  "[]Endpoint; kind string; metadata ObjectMeta; "
			  "ports []discovery.EndpointPort",
	},
	{
		.name = "EndpointSubset",
		.package = CORE,
		.fields = "addresses []EndpointAddress; notReadyAddresses "
			  "[]EndpointAddress; ports []EndpointPort",
	},
	{
		.name = "Endpoints",
		.package = CORE,
		.about = "The addresses behind a Service, in one object.",
		.fields = "apiVersion string; kind string; metadata "
			  "ObjectMeta; subsets []EndpointSubset",
	},
	{
		.name = "Event",
		.package = CORE,
		.about = "Something that happened to an object.",
		.fields = "action string; apiVersion string; count int32; "
			  "eventTime microtime; firstTimestamp time; "
			  "involvedObject! ObjectReference; kind string; "
			  "lastTimestamp time; message string; metadata! "
			  "ObjectMeta; reason string; related "
			  "ObjectReference; reportingComponent string; "
			  "reportingInstance string; series EventSeries; "
			  "source EventSource; type string",
	},
	{
		.name = "EventSeries",
		.package = CORE,
		.fields = "count int32; lastObservedTime microtime",
	},
	{
		.name = "EventSource",
		.package = CORE,
		.fields = "component string; host string",
	},
	{
		.name = "ForZone",
		.package = DISCOVERY,
		.fields = "name! string",
	},
	{
		.name = "LabelSelector",
		.package = META,
		.atomic = true,
		.fields = "matchExpressions []LabelSelectorRequirement; "
			  "matchLabels {}string",
	},
	{
		.name = "LabelSelectorRequirement",
		.package = META,
		.fields = "key! string; operator! string; values []string",
	},
	{
		.name = "Lease",
		.package = COORDINATION,
		.about = "Who holds a lock, and since when.",
		.fields = "apiVersion string; kind string; metadata "
			  "ObjectMeta; spec LeaseSpec",
	},
	{
		.name = "LeaseSpec",
		.package = COORDINATION,
		.fields = "acquireTime microtime; holderIdentity string; "
			  "leaseDurationSeconds int32; leaseTransitions "
			  "int32; preferredHolder string; renewTime "
			  "microtime; strategy string",
	},
	{
		.name = "LoadBalancerIngress",
		.package = CORE,
		.fields = "hostname string; ip string; ipMode string; ports "
			  "[]PortStatus",
	},
	{
		.name = "LoadBalancerStatus",
		.package = CORE,
		.fields = "ingress []LoadBalancerIngress",
	},
	{
		.name = "LocalObjectReference",
		.package = CORE,
		.atomic = true,
		.fields = "name string",
	},
	{
		.name = "ManagedFieldsEntry",
		.package = META,
		.fields = "apiVersion string; fieldsType string; fieldsV1 "
			  "any; manager string; operation string; subresource "
			  "string; time time",
	},
	{
		.name = "Namespace",
		.package = CORE,
		.about = "A scope for names.",
		.fields = "apiVersion string; kind string; metadata "
			  "ObjectMeta; spec NamespaceSpec; status "
			  "NamespaceStatus ={}",
	},
	{
		.name = "NamespaceCondition",
		.package = CORE,
		.fields = "lastTransitionTime time; message string; reason "
			  "string; status! string; type! string",
	},
	{
		.name = "NamespaceSpec",
		.package = CORE,
		.fields = "finalizers []string",
	},
	{
		.name = "NamespaceStatus",
		.package = CORE,
		.fields = "conditions []NamespaceCondition map:type "
			  "merge:type; phase string =Active",
	},
	{
		.name = "Node",
		.package = CORE,
		.about = "A machine of the cluster.",
		.fields = "apiVersion string; kind string; metadata "
			  "ObjectMeta; spec NodeSpec; status NodeStatus",
	},
	{
		.name = "NodeAddress",
		.package = CORE,
		.fields = "address! string; type! string",
	},
	{
		.name = "NodeCondition",
		.package = CORE,
		.fields = "lastHeartbeatTime time; lastTransitionTime time; "
			  "message string; reason string; status! string; "
			  "type! string",
	},
	{
		.name = "NodeSpec",
		.package = CORE,
		.fields = "configSource any; externalID string; podCIDR "
			  "string; podCIDRs []string set merge:.; providerID "
			  "string; taints []Taint; unschedulable boolean",
	},
	{
		.name = "NodeStatus",
		.package = CORE,
		.fields = "addresses []NodeAddress map:type merge:type; "
			  "allocatable {}quantity; capacity {}quantity; "
			  "conditions []NodeCondition map:type merge:type; "
			  "config any; daemonEndpoints any; features any; "
			  "images []ContainerImage; nodeInfo NodeSystemInfo; "
			  "phase string; runtimeHandlers []any; "
			  "volumesAttached []any; volumesInUse []string",
	},
	{
		.name = "NodeSystemInfo",
		.package = CORE,
		.fields = "architecture! string; bootID! string; "
			  "containerRuntimeVersion! string; kernelVersion! "
			  "string; kubeProxyVersion! string; kubeletVersion! "
			  "string; machineID! string; operatingSystem! "
			  "string; osImage! string; systemUUID! string",
	},
	{
		.name = "ObjectMeta",
		.package = META,
		.about = "What all objects have: name, namespace, labels ...",
		.fields = "annotations {}string; creationTimestamp time; "
			  "deletionGracePeriodSeconds int64; "
			  "deletionTimestamp time; finalizers []string set "
			  "merge:.; generateName string; generation int64; "
			  "labels {}string; managedFields "
			  "[]ManagedFieldsEntry; name string; namespace "
			  "string; ownerReferences []OwnerReference map:uid "
			  "merge:uid; resourceVersion string; selfLink "
			  "string; uid string",
	},
	{
		.name = "ObjectReference",
		.package = CORE,
		.atomic = true,
		.fields = "apiVersion string; fieldPath string; kind string; "
			  "name string; namespace string; resourceVersion "
			  "string; uid string",
	},
	{
		.name = "OwnerReference",
		.package = META,
		.atomic = true,
		.fields = "apiVersion! string; blockOwnerDeletion boolean; "
			  "controller boolean; kind! string; name! string; "
			  "uid! string",
	},
	{
		.name = "PortStatus",
		.package = CORE,
		.fields = "error string; port! int32; protocol! string",
	},
	{
		.name = "Secret",
		.package = CORE,
		.about = "Confidential data by key.",
		.fields = "apiVersion string; data {}bytes; immutable "
			  "boolean; kind string; metadata ObjectMeta; "
			  "stringData {}string; type string =Opaque",
	},
	{
		.name = "SelectableField",
		.package = EXTENSIONS,
		.fields = "jsonPath! string",
	},
	{
		.name = "Service",
		.package = CORE,
		.about = "A name and an address for a set of Pods.",
		.fields = "apiVersion string; kind string; metadata "
			  "ObjectMeta; spec ServiceSpec; status ServiceStatus",
	},
	{
		.name = "ServiceAccount",
		.package = CORE,
		.about = "An identity for what runs in Pods.",
		.fields = "apiVersion string; automountServiceAccountToken "
			  "boolean; imagePullSecrets []LocalObjectReference; "
			  "kind string; metadata ObjectMeta; secrets "
			  "[]ObjectReference map:name merge:name",
	},
	{
		.name = "ServicePort",
		.package = CORE,
		.fields = "appProtocol string; name string; nodePort int32; "
			  "port! int32; protocol string =TCP; targetPort "
			  "int-or-string",
	},
	{
		.name = "ServiceSpec",
		.package = CORE,
		.fields = "allocateLoadBalancerNodePorts boolean; clusterIP "
			  "string; clusterIPs []string; externalIPs []string; "
			  "externalName string; externalTrafficPolicy string; "
			  "healthCheckNodePort int32; internalTrafficPolicy "
			  "string; ipFamilies []string; ipFamilyPolicy "
			  "string; loadBalancerClass string; loadBalancerIP "
			  "string; loadBalancerSourceRanges []string; ports "
			  "[]ServicePort map:port,protocol merge:port; "
			  "publishNotReadyAddresses boolean; selector "
			  "{}string atomic; sessionAffinity string =None; "
			  "sessionAffinityConfig SessionAffinityConfig; "
			  "trafficDistribution string; type string =ClusterIP",
	},
	{
		.name = "ServiceStatus",
		.package = CORE,
		.fields = "conditions []Condition map:type merge:type; "
			  "loadBalancer LoadBalancerStatus",
	},
	{
		.name = "SessionAffinityConfig",
		.package = CORE,
		.fields = "clientIP ClientIPConfig",
	},
	{
		.name = "Taint",
		.package = CORE,
		.fields = "effect! string; key! string; timeAdded time; value "
			  "string",
	},
	{
		.name = "discovery.EndpointPort",
		.package = DISCOVERY,
		.atomic = true,
		.fields = "appProtocol string; name string; port int32; "
			  "protocol string =TCP",
	},
	{
		.name = "events.Event",
		.package = EVENTS,
		.about = "Something that happened to an object.",
		.fields = "action string; apiVersion string; deprecatedCount "
			  "int32; deprecatedFirstTimestamp time; "
			  "deprecatedLastTimestamp time; deprecatedSource "
			  "EventSource; eventTime! microtime; kind string; "
			  "metadata ObjectMeta; note string; reason string; "
			  "regarding ObjectReference; related "
			  "ObjectReference; reportingController string; "
			  "reportingInstance string; series "
			  "events.EventSeries; type string",
	},
	{
		.name = "events.EventSeries",
		.package = EVENTS,
		.fields = "count! int32; lastObservedTime! microtime",
	},
};

const size_t ob_api_models_other_n = ARRAY_SIZE(ob_api_models_other);
