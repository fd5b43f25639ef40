package envtest_test

import (
	"encoding/json"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/pullmode/operator/api/v1alpha1"
	"github.com/pullmode/operator/runtime/snapshot"
)

// The small namespace, with another value for whatever has a default.
const (
	theWholeRuntime = `
apiVersion: pullmode.io/v1alpha1
kind: RoutingRuntime
metadata: {name: main}
spec:
  authentication: {issuers: [{url: "https://login.example.com", audience: pullmode}]}
  sessionPolicy: Replace
  disconnectGrace: 90s
  transferTimeout: 2m
  eventSink: {url: "https://audit.example.com/events", secretRef: {name: signing, key: sink}}
`
	theWholeList = `
apiVersion: pullmode.io/v1alpha1
kind: Worklist
metadata: {name: l1, labels: {team: social}}
spec:
  displayName: L1
  joinPolicy: Grab
  reopenPolicy: Reopen
  realertPolicy: OnCustomerMessage
  realertAfter: 30s
  capacityPolicy: Enforce
  responseTime: 10m
  wrapUp: {reasons: [{name: sale, displayName: Sale}, {name: other}], defaultReason: other, timeout: 2m}
  deletionPolicy: {type: Transfer, transferTo: l2, deadline: 8h}
`
	theOtherList = `
apiVersion: pullmode.io/v1alpha1
kind: Worklist
metadata: {name: l2, labels: {team: social}}
spec: {displayName: L2}
`
	theWholeChannel = `
apiVersion: pullmode.io/v1alpha1
kind: Channel
metadata: {name: page}
spec:
  type: FACEBOOK
  serviceIdentifier: page
  listRef: {name: l1}
  customerActivityTimeout: 30m
  messageMaxLength: 1000
  outbound: {url: "https://page.example.com/out", secretRef: {name: signing}}
  secretRef: {name: connector}
`
	theSigning = `
apiVersion: v1
kind: Secret
metadata: {name: signing}
stringData: {signing-key: signing-secret-of-the-page, sink: signing-secret-of-the-sink}
`
	everythingWhole = theWholeRuntime + "---" + theDomain + "---" + theWholeList + "---" + theOtherList + "---" + theSecret + "---" +
		theSigning + "---" + theWholeChannel + "---" + theSubscription
)

var _ = Describe("the policies of lists, channels and the runtime", func() {
	It("are what the replica serves, and what signs stays with it", func(ctx SpecContext) {
		ns := newNamespace(ctx)
		startOperator(eventsOnly, ns)
		apply(ctx, ns, everythingWhole)
		p := startPod(ctx, ns, "main")
		allReady(ctx, ns)

		served := p.replica.Snapshot()
		minutes := func(n int) snapshot.Duration { return snapshot.Duration(time.Duration(n) * time.Minute) }
		Expect(served.Sessions).To(Equal(snapshot.Sessions{Policy: snapshot.SessionReplace, DisconnectGrace: snapshot.Duration(90 * time.Second)}))
		Expect(served.TransferTimeout).To(Equal(minutes(2)))
		Expect(served.EventSink).To(Equal(&snapshot.Webhook{URL: "https://audit.example.com/events", SigningKeys: []string{"signing-secret-of-the-sink"}}))
		list := served.Lists[0]
		list.Source = snapshot.Source{}
		Expect(list).To(Equal(snapshot.List{
			DisplayName: "L1", ClosePolicy: snapshot.CloseMembers, SoonAfter: minutes(3), OverdueAfter: minutes(5), AutoCloseAfter: minutes(24 * 60),
			JoinPolicy: snapshot.JoinGrab, ReopenPolicy: snapshot.ReopenReopen, RealertPolicy: snapshot.RealertOnCustomerMessage,
			CapacityPolicy: snapshot.CapacityEnforce, RealertAfter: snapshot.Duration(30 * time.Second), ResponseTime: minutes(10),
			WrapUp: &snapshot.WrapUp{
				Reasons:       []snapshot.WrapUpReason{{Name: "sale", DisplayName: "Sale"}, {Name: "other"}},
				DefaultReason: "other", Timeout: minutes(2),
			},
			Deletion: snapshot.Deletion{Policy: snapshot.DeletionTransfer, TransferTo: "l2", Deadline: minutes(8 * 60)},
		}))
		channel := served.Channels[0]
		Expect(channel.CustomerActivityTimeout).To(Equal(minutes(30)))
		Expect(channel.MessageMaxLength).To(Equal(int32(1000)))
		Expect(channel.Outbound).To(Equal(&snapshot.Webhook{URL: "https://page.example.com/out", SigningKeys: []string{"signing-secret-of-the-page"}}))

		report, err := json.Marshal(p.replica.Report())
		Expect(err).NotTo(HaveOccurred())
		Expect(string(report)).NotTo(ContainSubstring("signing-secret"), "what a replica tells of itself")
	})

	It("follow a changed signing secret without a change of who names it", func(ctx SpecContext) {
		ns := newNamespace(ctx)
		startOperator(eventsOnly, ns)
		apply(ctx, ns, everythingWhole)
		p := startPod(ctx, ns, "main")
		allReady(ctx, ns)

		apply(ctx, ns, `
apiVersion: v1
kind: Secret
metadata: {name: signing}
stringData: {signing-key: "signing-secret-of-the-page\nthe-next-one-of-the-page", sink: the-next-one-of-the-sink}
`)
		Eventually(func() []string { return p.replica.Snapshot().Channels[0].Outbound.SigningKeys }).
			Should(ConsistOf("signing-secret-of-the-page", "the-next-one-of-the-page"))
		Expect(p.replica.Snapshot().EventSink.SigningKeys).To(ConsistOf("the-next-one-of-the-sink"))
	})

	It("leave the last good form in force where one names what is not there", func(ctx SpecContext) {
		ns := newNamespace(ctx)
		startOperator(eventsOnly, ns)
		apply(ctx, ns, everythingWhole)
		p := startPod(ctx, ns, "main")
		allReady(ctx, ns)

		apply(ctx, ns, `
apiVersion: pullmode.io/v1alpha1
kind: Worklist
metadata: {name: l1, labels: {team: social}}
spec: {displayName: Renamed, deletionPolicy: {type: Transfer, transferTo: nowhere}}
---
apiVersion: pullmode.io/v1alpha1
kind: Channel
metadata: {name: page}
spec:
  type: FACEBOOK
  serviceIdentifier: page
  listRef: {name: l1}
  outbound: {url: "https://elsewhere.example.com/out", secretRef: {name: nowhere}}
  secretRef: {name: connector}
---
apiVersion: pullmode.io/v1alpha1
kind: RoutingRuntime
metadata: {name: main}
spec:
  authentication: {issuers: [{url: "https://login.example.com", audience: pullmode}]}
  sessionPolicy: Allow
  eventSink: {url: "https://audit.example.com/events", secretRef: {name: signing, key: nothing}}
`)
		Eventually(condition(ctx, ns, "Worklist", "l1", "Ready")).Should(Equal("False/ListNotFound"))
		Eventually(condition(ctx, ns, "Channel", "page", "Ready")).Should(Equal("False/SecretNotFound"))
		Eventually(condition(ctx, ns, "RoutingRuntime", "main", "Ready")).Should(Equal("False/SecretKeyMissing"))
		for kind, name := range map[string]string{"Worklist": "l1", "Channel": "page"} {
			Expect(condition(ctx, ns, kind, name, "Programmed")()).To(Equal("False/NotAccepted"), kind)
			s, generation := status(ctx, ns, kind, name)
			Expect(generation).To(Equal(int64(2)), kind)
			Expect(s.ProgrammedGeneration).To(Equal(int64(1)), kind)
		}
		served := p.replica.Snapshot()
		Expect(served.Lists[0].DisplayName).To(Equal("L1"))
		Expect(served.Lists[0].Deletion.TransferTo).To(Equal("l2"))
		Expect(served.Channels[0].Outbound.URL).To(Equal("https://page.example.com/out"))
		Expect(served.Sessions.Policy).To(Equal(snapshot.SessionReplace))
		Expect(served.EventSink.SigningKeys).To(ConsistOf("signing-secret-of-the-sink"))
	})

	It("let nothing begin before its record can be signed", func(ctx SpecContext) {
		ns := newNamespace(ctx)
		startOperator(eventsOnly, ns)
		apply(ctx, ns, theWholeRuntime+"---"+theDomain+"---"+theList+"---"+theSecret+"---"+theChannel+"---"+theSubscription)
		p := startPod(ctx, ns, "main")
		Eventually(condition(ctx, ns, "RoutingRuntime", "main", "Ready")).Should(Equal("False/SecretNotFound"))
		Expect(p.replica.Snapshot()).To(BeNil())
		apply(ctx, ns, theSigning)
		allReady(ctx, ns)
	})

	It("keep a deleted list that transfers while a Channel names it (L1)", func(ctx SpecContext) {
		ns := newNamespace(ctx)
		startOperator(nil, ns)
		apply(ctx, ns, everythingWhole)
		p := startPod(ctx, ns, "main")
		allReady(ctx, ns)

		remove(ctx, &v1alpha1.Worklist{}, ns, "l1")
		Eventually(condition(ctx, ns, "Channel", "page", "ResolvedRefs")).Should(Equal("False/ListNotFound"))
		Expect(message(ctx, ns, "Channel", "page", "ResolvedRefs")).To(ContainSubstring("new requests go to l2"))
		kept := afterDrifts(p, 3, func() *snapshot.Snapshot { return p.replica.Snapshot() })
		Expect(kept.Lists).To(HaveLen(2))
		Expect(kept.Lists[0].Draining).To(BeTrue())
		Expect(kept.Channels[0].List).To(Equal("l1"))

		apply(ctx, ns, `
apiVersion: pullmode.io/v1alpha1
kind: Channel
metadata: {name: page}
spec: {type: FACEBOOK, serviceIdentifier: page, listRef: {name: l2}, secretRef: {name: connector}}
`)
		Eventually(func() []snapshot.List { return p.replica.Snapshot().Lists }).Should(HaveLen(1))
	})
})
