package workload

import (
	"strconv"
	"strings"

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
		WithArgs(arguments(runtime)...).
		WithEnv(fromField("POD_NAME", "metadata.name"), fromField("HOST_IP", "status.hostIP")).
		WithPorts(
			containerPort(publicPortName(runtime), PortPublic),
			containerPort(PortNameAdmin, PortAdmin),
			containerPort(PortNameMetrics, PortMetrics),
		).
		// A start may replay a long log: five minutes before the kubelet gives up. It asks for life, not for
		// readiness: a runtime that waits for its first snapshot is not ready, and must not be killed for it.
		WithStartupProbe(probe("/healthz").WithPeriodSeconds(1).WithFailureThreshold(300)).
		WithReadinessProbe(probe("/readyz").WithPeriodSeconds(1).WithFailureThreshold(2)).
		WithLivenessProbe(probe("/healthz").WithPeriodSeconds(10).WithFailureThreshold(3)).
		// A runtime that cannot go on says why in its last line: kubectl describe pod shows it.
		WithTerminationMessagePolicy(corev1.TerminationMessageFallbackToLogsOnError).
		WithResources(resources(runtime)).
		WithSecurityContext(containerSecurity()).
		WithVolumeMounts(volumeMounts(runtime)...)
}

func arguments(runtime *v1alpha1.RoutingRuntime) []string {
	args := append([]string{"--name=$(POD_NAME)"}, storageArguments(runtime)...)
	args = append(args,
		"--addr=:"+port(PortPublic),
		"--admin-addr=:"+port(PortAdmin),
		"--metrics-addr=:"+port(PortMetrics),
		"--admin-tls-dir="+adminTLSPath,
		"--drain-timeout="+runtime.Spec.DrainTimeout.Duration.String(),
		// Whoever may write a Channel must not reach these through the runtime.
		"--refuse-addr=$(HOST_IP)",
		"--refuse-addr=$(KUBERNETES_SERVICE_HOST)",
	)
	if runtime.Spec.TLS != nil {
		args = append(args, "--tls-dir="+publicTLSPath)
	}
	return args
}

func storageArguments(runtime *v1alpha1.RoutingRuntime) []string {
	etcd := runtime.Spec.Storage.Etcd
	if etcd == nil {
		return []string{"--data-dir=" + dataPath}
	}
	args := []string{"--etcd-endpoints=" + strings.Join(etcd.Endpoints, ","), "--etcd-prefix=" + keyPrefix(runtime)}
	if etcd.TLSSecretRef != nil {
		args = append(args, "--etcd-tls-dir="+etcdTLSPath)
	}
	return args
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
