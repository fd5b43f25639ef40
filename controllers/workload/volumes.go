package workload

import (
	applycore "k8s.io/client-go/applyconfigurations/core/v1"

	"github.com/pullmode/operator/api/v1alpha1"
)

// Where the container finds its files.
const (
	dataPath      = "/data"
	adminTLSPath  = "/tls"
	publicTLSPath = "/public-tls"
	etcdTLSPath   = "/etcd-tls"
)

// mounted is a Secret that the container has as files.
type mounted struct{ volume, secret, path string }

// secretVolumes are the Secrets in the pod: the operator's own, and those that
// the RoutingRuntime names.
func secretVolumes(runtime *v1alpha1.RoutingRuntime) []mounted {
	all := []mounted{{"tls", ServerSecretName(runtime.Name), adminTLSPath}}
	if tls := runtime.Spec.TLS; tls != nil {
		all = append(all, mounted{"public-tls", tls.SecretRef.Name, publicTLSPath})
	}
	if etcd := runtime.Spec.Storage.Etcd; etcd != nil && etcd.TLSSecretRef != nil {
		all = append(all, mounted{"etcd-tls", etcd.TLSSecretRef.Name, etcdTLSPath})
	}
	return all
}

// volumes are those of the pod, except the claim of a StatefulSet.
func volumes(runtime *v1alpha1.RoutingRuntime) []*applycore.VolumeApplyConfiguration {
	var all []*applycore.VolumeApplyConfiguration
	for _, m := range secretVolumes(runtime) {
		all = append(all, applycore.Volume().WithName(m.volume).WithSecret(applycore.SecretVolumeSource().
			WithSecretName(m.secret).
			// Readable by the group that fsGroup makes owner of it, and by nobody else.
			WithDefaultMode(0o440)))
	}
	return append(all, applycore.Volume().WithName("tmp").WithEmptyDir(applycore.EmptyDirVolumeSource()))
}

func volumeMounts(runtime *v1alpha1.RoutingRuntime) []*applycore.VolumeMountApplyConfiguration {
	var all []*applycore.VolumeMountApplyConfiguration
	if runtime.Spec.Storage.Etcd == nil {
		all = append(all, applycore.VolumeMount().WithName(dataVolume).WithMountPath(dataPath))
	}
	for _, m := range secretVolumes(runtime) {
		all = append(all, applycore.VolumeMount().WithName(m.volume).WithMountPath(m.path).WithReadOnly(true))
	}
	return append(all, applycore.VolumeMount().WithName("tmp").WithMountPath("/tmp"))
}
