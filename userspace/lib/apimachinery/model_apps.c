// SPDX-License-Identifier: Apache-2.0
/* Deployments and what "kubectl scale" reads and writes of them: names and
 * types of fields, list types and merge keys as Kubernetes 1.32 has them. */
#include "apimachinery/model.h"

#define APPS	    "io.k8s.api.apps.v1"
#define AUTOSCALING "io.k8s.api.autoscaling.v1"
#define CORE	    "io.k8s.api.core.v1"

const struct ob_api_model ob_api_models_apps[] = {
	{
		.name = "Deployment",
		.package = APPS,
		.about = "Pods that are alike, and how many there should be.",
		.fields = "apiVersion string; kind string; metadata "
			  "ObjectMeta; spec DeploymentSpec; status "
			  "DeploymentStatus",
	},
	{
		.name = "DeploymentCondition",
		.package = APPS,
		.fields = "lastTransitionTime time; lastUpdateTime time; "
			  "message string; reason string; status! string; "
			  "type! string",
	},
	{
		.name = "DeploymentSpec",
		.package = APPS,
		.fields = "minReadySeconds int32; paused boolean; "
			  "progressDeadlineSeconds int32 =600; replicas int32 "
			  "=1; revisionHistoryLimit int32 =10; selector! "
			  "LabelSelector; strategy DeploymentStrategy ={} "
			  "retain; template! PodTemplateSpec",
	},
	{
		.name = "DeploymentStatus",
		.package = APPS,
		.fields = "availableReplicas int32; collisionCount int32; "
			  "conditions []DeploymentCondition map:type "
			  "merge:type; observedGeneration int64; "
			  "readyReplicas int32; replicas int32; "
			  "unavailableReplicas int32; updatedReplicas int32",
	},
	{
		/* What rollingUpdate is by default depends on the type. */
		.name = "DeploymentStrategy",
		.package = APPS,
		.fields = "rollingUpdate RollingUpdateDeployment; type string "
			  "=RollingUpdate",
	},
	{
		.name = "PodTemplateSpec",
		.package = CORE,
		.fields = "metadata ObjectMeta; spec PodSpec",
	},
	{
		.name = "RollingUpdateDeployment",
		.package = APPS,
		.fields = "maxSurge int-or-string; maxUnavailable "
			  "int-or-string",
	},
	{
		.name = "Scale",
		.package = AUTOSCALING,
		.about = "How many there are and should be of something.",
		.fields = "apiVersion string; kind string; metadata "
			  "ObjectMeta; spec ScaleSpec; status ScaleStatus",
	},
	{
		.name = "ScaleSpec",
		.package = AUTOSCALING,
		.fields = "replicas int32",
	},
	{
		.name = "ScaleStatus",
		.package = AUTOSCALING,
		.fields = "replicas! int32; selector string",
	},
};

const size_t ob_api_models_apps_n = ARRAY_SIZE(ob_api_models_apps);
