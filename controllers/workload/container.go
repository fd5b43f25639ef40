package workload

import (
	"strconv"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	applycore "k8s.io/client-go/applyconfigurations/core/v1"

	"github.com/pullmode/operator/api/v1alpha1"
)

// container is the one container of a runtime's pod.
func container(runtime *v1alpha1.RoutingRuntime, image string) *applycore.ContainerApplyConfiguration {
	return applycore.Container().
		WithName("runtime").
		WithImage(image).
		WithImagePullPolicy(corev1.PullIfNotPresent).
		WithCommand("/runtime").
		WithArgs(
			"--name=$(POD_NAME)",
			"--data-dir=/data",
			"--addr=:"+port(PortHTTP),
			"--admin-addr=:"+port(PortAdmin),
			"--metrics-addr=:"+port(PortMetrics),
			"--admin-tls-dir=/tls",
			"--drain-timeout="+runtime.Spec.DrainTimeout.Duration.String(),
			// Whoever may write a Channel must not reach these through the runtime.
			"--refuse-addr=$(HOST_IP)",
			"--refuse-addr=$(KUBERNETES_SERVICE_HOST)",
		).
		WithEnv(fromField("POD_NAME", "metadata.name"), fromField("HOST_IP", "status.hostIP")).
		WithPorts(
			containerPort(PortNameHTTP, PortHTTP),
			containerPort(PortNameAdmin, PortAdmin),
			containerPort(PortNameMetrics, PortMetrics),
		).
		// A start may replay a long log: five minutes before the kubelet gives up. It asks for life, not for
		// readiness: a runtime that waits for its first snapshot is not ready, and must not be killed for it.
		WithStartupProbe(probe("/healthz").WithPeriodSeconds(1).WithFailureThreshold(300)).
		WithReadinessProbe(probe("/readyz").WithPeriodSeconds(1).WithFailureThreshold(2)).
		WithLivenessProbe(probe("/healthz").WithPeriodSeconds(10).WithFailureThreshold(3)).
		WithResources(resources(runtime)).
		WithSecurityContext(containerSecurity()).
		WithVolumeMounts(
			applycore.VolumeMount().WithName(dataVolume).WithMountPath("/data"),
			applycore.VolumeMount().WithName("tls").WithMountPath("/tls").WithReadOnly(true),
			applycore.VolumeMount().WithName("tmp").WithMountPath("/tmp"),
		)
}

func fromField(name, path string) *applycore.EnvVarApplyConfiguration {
	return applycore.EnvVar().WithName(name).WithValueFrom(applycore.EnvVarSource().
		WithFieldRef(applycore.ObjectFieldSelector().WithAPIVersion("v1").WithFieldPath(path)))
}

func port(n int32) string { return strconv.Itoa(int(n)) }

func containerPort(name string, number int32) *applycore.ContainerPortApplyConfiguration {
	return applycore.ContainerPort().WithName(name).WithContainerPort(number).WithProtocol(corev1.ProtocolTCP)
}

func probe(path string) *applycore.ProbeApplyConfiguration {
	return applycore.Probe().
		WithTimeoutSeconds(3).
		WithHTTPGet(applycore.HTTPGetAction().
			WithPath(path).
			WithPort(intstr.FromString(PortNameMetrics)))
}

func resources(runtime *v1alpha1.RoutingRuntime) *applycore.ResourceRequirementsApplyConfiguration {
	wanted := runtime.Spec.Resources
	r := applycore.ResourceRequirements()
	if len(wanted.Requests) > 0 {
		r.WithRequests(wanted.Requests)
	}
	if len(wanted.Limits) > 0 {
		r.WithLimits(wanted.Limits)
	}
	for _, claim := range wanted.Claims {
		c := applycore.ResourceClaim().WithName(claim.Name)
		if claim.Request != "" {
			c.WithRequest(claim.Request)
		}
		r.WithClaims(c)
	}
	return r
}
