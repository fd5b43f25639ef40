package envtest_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

var _ = Describe("the settings for Argo CD", func() {
	It("are added by the command that they name, and replace nothing", func(ctx SpecContext) {
		ns := newNamespace(ctx)
		settings := &corev1.ConfigMap{Data: map[string]string{"url": "https://argocd.example.com"}}
		settings.Namespace, settings.Name = ns, "argocd-cm"
		Expect(kube.Create(ctx, settings)).To(Succeed())

		kubectl(ctx, ns, "apply", "--server-side", "--field-manager", "pullmode-gitops", "-f", "../../config/gitops/argocd/argocd-cm.yaml")
		Expect(kube.Get(ctx, client.ObjectKeyFromObject(settings), settings)).To(Succeed())
		Expect(settings.Data).To(HaveKeyWithValue("url", "https://argocd.example.com"))
		for kind := range kinds {
			Expect(settings.Data).To(HaveKeyWithValue("resource.customizations.health.pullmode.io_"+kind, ContainSubstring("return health(")))
		}
	})
})
