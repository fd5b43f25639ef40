//go:build e2e

package e2e

import (
	"context"
	"io"
	"net/http"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// Whatever an agent's desk speaks, it speaks through the one Service.
var _ = Describe("The runtime's Service", func() {
	get := func(ctx context.Context, address string) string {
		GinkgoHelper()
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, stage.Runtime+address, nil)
		Expect(err).NotTo(HaveOccurred())
		response, err := http.DefaultClient.Do(request)
		Expect(err).NotTo(HaveOccurred())
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		Expect(err).NotTo(HaveOccurred())
		Expect(response).To(HaveHTTPStatus(http.StatusOK), string(body))
		return string(body)
	}

	It("has the web inbox, and says where agents sign in", func(ctx context.Context) {
		Expect(get(ctx, "/desk/")).To(ContainSubstring("<html"))
		Expect(get(ctx, "/v1/sign-in")).To(And(ContainSubstring("authorizationEndpoint"), Not(ContainSubstring("unavailable"))))
	})

	It("has Socket.IO for desks that there are", func(ctx context.Context) {
		Expect(get(ctx, "/socket.io/?EIO=4&transport=polling")).To(HavePrefix(`0{"sid":`))
	})
})
