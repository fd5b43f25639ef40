//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// The operator ends without a word at some instant of its work, while people go on
// applying YAML. Its successor has nothing but the cluster and the runtime to go by.
var _ = Describe("An operator that is killed", Label(onNode), func() {
	It("leaves nothing half programmed, and loses nothing", func(ctx context.Context) {
		t, operator := newTenant(ctx, "killed"), operator()
		alice := listen(t.agent(ctx, "alice"))
		customers := t.begin()

		edits, stop := context.WithCancel(ctx)
		var editor sync.WaitGroup
		defer editor.Wait()
		defer stop()
		edited := map[string]string{}
		editor.Go(func() {
			defer GinkgoRecover()
			for n := 0; edits.Err() == nil; n++ { // ten lists, made and then changed again and again, a channel with each
				name := fmt.Sprintf("w%d", n%10)
				edited[name] = fmt.Sprintf("Edit %d", n)
				t.apply(ctx, worklist(name, edited[name])+"---"+channel(name, name+"-page", name))
			}
		})

		chance := rand.New(rand.NewPCG(uint64(GinkgoRandomSeed()), 0))
		for _, kill := range []func(pod string){
			func(pod string) { operator.signal(ctx, "KILL", pod) },
			func(pod string) { operator.run(ctx, "delete", "pod", pod, "--grace-period=0", "--force") },
		} {
			before := t.field(ctx, "routingruntime/main", "{.status.snapshot.sequence}")
			Eventually(func() string { return t.field(ctx, "routingruntime/main", "{.status.snapshot.sequence}") }).
				ShouldNot(Equal(before), "it is at work")
			instant := time.NewTimer(time.Duration(chance.IntN(1000)) * time.Millisecond)
			<-instant.C
			kill(operator.pod(ctx))
		}
		stop()
		editor.Wait()

		t.servesWhatIsWritten(ctx, "main-0")
		me, err := t.agent(ctx, "sam", "supervisors").Me(ctx) // sees every list of the team
		Expect(err).NotTo(HaveOccurred())
		shown := map[string]string{}
		for _, list := range me.Lists {
			shown[list.Name] = list.DisplayName
		}
		edited["l1"] = "L1"
		Expect(shown).To(Equal(edited))
		customers.reaches(alice)
		breaks, _ := alice.counts()
		Expect(breaks).To(BeZero(), "agents do not notice")
	}, NodeTimeout(15*time.Minute))
})
