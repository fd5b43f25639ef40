package envtest_test

import (
	"context"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/pullmode/operator/api/v1alpha1"
)

func quantity(text string) resource.Quantity { return resource.MustParse(text) }

func runtimeOf(ctx context.Context, namespace string) *v1alpha1.RoutingRuntime {
	GinkgoHelper()
	rt := &v1alpha1.RoutingRuntime{}
	Expect(kube.Get(ctx, types.NamespacedName{Namespace: namespace, Name: "main"}, rt)).To(Succeed())
	return rt
}

// storageClass makes one that has no driver, and gives its name.
func storageClass(ctx context.Context, expands bool) string {
	GinkgoHelper()
	class := &storagev1.StorageClass{
		ObjectMeta:  metav1.ObjectMeta{GenerateName: "class-"},
		Provisioner: "example.com/none", AllowVolumeExpansion: ptr.To(expands),
	}
	Expect(kube.Create(ctx, class)).To(Succeed())
	return class.Name
}

// bindVolume stands in for the StatefulSet controller and a volume's driver: it
// makes the claim from its template, and binds it.
func bindVolume(ctx context.Context, namespace string) *corev1.PersistentVolumeClaim {
	GinkgoHelper()
	var set appsv1.StatefulSet
	Eventually(func() bool { return present(ctx, namespace, &set) }).Should(BeTrue())
	claim := set.Spec.VolumeClaimTemplates[0].DeepCopy()
	claim.Namespace, claim.Name = namespace, "data-main-0"
	Expect(kube.Create(ctx, claim)).To(Succeed())
	claim.Spec.VolumeName = "volume-" + namespace
	Expect(kube.Update(ctx, claim)).To(Succeed())
	claim.Status.Phase, claim.Status.Capacity = corev1.ClaimBound, claim.Spec.Resources.Requests
	Expect(kube.Status().Update(ctx, claim)).To(Succeed())
	return claim
}

var _ = Describe("the volume of a RoutingRuntime", func() {
	sized := func(class, size string) string {
		return theRuntime[:len(theRuntime)-2] + ", storage: {embedded: {size: " + size + ", storageClassName: " + class + "}}}\n"
	}
	asked := func(ctx context.Context, claim *corev1.PersistentVolumeClaim) func() string {
		return func() string {
			Expect(kube.Get(ctx, client.ObjectKeyFromObject(claim), claim)).To(Succeed())
			return claim.Spec.Resources.Requests.Storage().String()
		}
	}

	It("grows where its class lets it, and its template stays", func(ctx SpecContext) {
		ns := newNamespace(ctx)
		class := storageClass(ctx, true)
		startOperator(nil, ns)
		apply(ctx, ns, sized(class, "1Gi"))
		claim := bindVolume(ctx, ns)
		apply(ctx, ns, strings.Replace(sized(class, "2Gi"), "{authentication", "{drainTimeout: 40s, authentication", 1))
		Eventually(asked(ctx, claim)).Should(Equal("2Gi"))
		var set appsv1.StatefulSet
		Eventually(func() int64 {
			present(ctx, ns, &set)
			return *set.Spec.Template.Spec.TerminationGracePeriodSeconds
		}).Should(Equal(int64(55)), "the rest of the change is there as well")
		Expect(set.Spec.VolumeClaimTemplates[0].Spec.Resources.Requests.Storage().String()).To(Equal("1Gi"))
		Eventually(condition(ctx, ns, "RoutingRuntime", "main", "Degraded")).Should(BeEmpty())

		claim.Status.AllocatedResourceStatuses = map[corev1.ResourceName]corev1.ClaimResourceStatus{
			corev1.ResourceStorage: corev1.PersistentVolumeClaimControllerResizeInfeasible,
		}
		Expect(kube.Status().Update(ctx, claim)).To(Succeed())
		Eventually(condition(ctx, ns, "RoutingRuntime", "main", "Degraded")).Should(Equal("True/VolumeNotResized"), "the driver cannot do it after all")
	})

	It("stays where it does not, and the RoutingRuntime says what to do", func(ctx SpecContext) {
		ns := newNamespace(ctx)
		class := storageClass(ctx, false)
		startOperator(nil, ns)
		apply(ctx, ns, sized(class, "1Gi"))
		claim := bindVolume(ctx, ns)
		apply(ctx, ns, sized(class, "2Gi"))
		Eventually(condition(ctx, ns, "RoutingRuntime", "main", "Degraded")).Should(Equal("True/VolumeNotResized"))
		Expect(message(ctx, ns, "RoutingRuntime", "main", "Degraded")).To(And(
			HavePrefix("The volume data-main-0 stays at 1Gi instead of 2Gi ("), ContainSubstring("set allowVolumeExpansion on StorageClass "+class),
		))
		Expect(asked(ctx, claim)()).To(Equal("1Gi"))

		By("going back to the size that it has")
		apply(ctx, ns, sized(class, "1Gi"))
		Eventually(condition(ctx, ns, "RoutingRuntime", "main", "Degraded")).Should(BeEmpty())
	})
})
