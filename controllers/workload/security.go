package workload

import (
	corev1 "k8s.io/api/core/v1"
	applycore "k8s.io/client-go/applyconfigurations/core/v1"
)

// runtimeUser owns the data volume; the image runs as the same user.
const runtimeUser int64 = 65532

// podSecurity and containerSecurity together meet the restricted Pod Security
// Standard.
func podSecurity() *applycore.PodSecurityContextApplyConfiguration {
	return applycore.PodSecurityContext().
		WithRunAsNonRoot(true).
		WithRunAsUser(runtimeUser).
		WithRunAsGroup(runtimeUser).
		WithFSGroup(runtimeUser).
		// A kept volume belongs to the group already: do not walk through it at every start.
		WithFSGroupChangePolicy(corev1.FSGroupChangeOnRootMismatch).
		WithSeccompProfile(applycore.SeccompProfile().WithType(corev1.SeccompProfileTypeRuntimeDefault))
}

func containerSecurity() *applycore.SecurityContextApplyConfiguration {
	return applycore.SecurityContext().
		WithAllowPrivilegeEscalation(false).
		WithReadOnlyRootFilesystem(true).
		WithCapabilities(applycore.Capabilities().WithDrop("ALL"))
}
