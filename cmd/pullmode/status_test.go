package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/pullmode/operator/cmd/pullmode/internal/overview"
)

// served is a site with the samples, and a runtime that serves them.
func served(t *testing.T) (*site, *pod) {
	t.Helper()
	s := newSite(t)
	s.applyFolder("../../config/samples")
	p := s.startPod("main")
	s.settled()
	return s, p
}

// settled waits until everything is served, and every replica says that it is.
func (s *site) settled() {
	s.t.Helper()
	s.eventually(func() error {
		if got := s.pullmode("status"); got.code != 0 || !strings.Contains(got.out, "  current") {
			return errNotYet(got)
		}
		return nil
	})
}

// holds fails where one of the texts is missing.
func holds(t *testing.T, text string, wanted ...string) {
	t.Helper()
	for _, w := range wanted {
		if !strings.Contains(text, w) {
			t.Errorf("%q is missing in:\n%s", w, text)
		}
	}
}

func (o outcome) want(t *testing.T, code int) outcome {
	t.Helper()
	if o.code != code {
		t.Errorf("exit code %d, want %d:\n%s%s", o.code, code, o.out, o.errOut)
	}
	return o
}

// A platform team sees on one screen what is served, and what is not with the reason.
func TestStatus(t *testing.T) {
	s, p := served(t)
	post(t, p, "john")
	got := s.pullmode("status").want(t, 0)
	holds(t, got.out, "RoutingRuntime main in namespace "+s.namespace, "version   test", "storage   embedded, 1Gi",
		"requests  1 open: 1 unread, 0 active, 0 inactive", "main-0  yes    current", "All 6 objects are ready.")

	s.apply("{apiVersion: pullmode.io/v1alpha1, kind: Worklist, metadata: {name: lonely}, spec: {displayName: Lonely}}")
	s.apply("{apiVersion: pullmode.io/v1alpha1, kind: Channel, metadata: {name: nowhere}, spec: {type: WEB, serviceIdentifier: x, listRef: {name: no-such-list}, secretRef: {name: c2-connector}}}")
	// The statuses of objects are written one by one.
	s.eventually(func() error {
		got = s.pullmode("status")
		for _, w := range []string{"No Worklist no-such-list exists", "NoAgentSubscription", "Not ready: 1 of 8 objects", "main-0  yes    current"} {
			if !strings.Contains(got.out, w) {
				return errNotYet(got)
			}
		}
		return nil
	})
	holds(t, got.want(t, 1).out, "  Channel nowhere  ", "Worth a look", "  Worklist lonely  NoAgentSubscription")

	var read overview.Overview
	if err := json.Unmarshal([]byte(s.pullmode("status", "-o", "json").want(t, 1).out), &read); err != nil {
		t.Fatal(err)
	}
	if read.Ready || read.Objects != 8 || len(read.NotReady) != 1 || len(read.Replicas) != 1 || read.Replicas[0].Serves != overview.Current {
		t.Errorf("read %+v", read)
	}
	holds(t, s.pullmode("status", "-o", "yaml").out, "namespace: "+s.namespace)
	holds(t, s.pullmode("status", "-A").want(t, 1).out, "RoutingRuntime main in namespace "+s.namespace)
}

type notYet struct{ outcome }

func (n notYet) Error() string { return n.out + n.errOut }

func errNotYet(o outcome) error { return notYet{o} }

// Who may only view sees what the statuses say, and one line that says what is missing.
func TestStatusForAViewer(t *testing.T) {
	s, _ := served(t)
	s.must(s.kube.Create(t.Context(), &rbacv1.Role{
		ObjectMeta: metav1.ObjectMeta{Namespace: s.namespace, Name: "viewer"},
		Rules:      []rbacv1.PolicyRule{{APIGroups: []string{"pullmode.io"}, Resources: []string{"*"}, Verbs: []string{"get", "list"}}},
	}))
	s.must(s.kube.Create(t.Context(), &rbacv1.RoleBinding{
		ObjectMeta: metav1.ObjectMeta{Namespace: s.namespace, Name: "viewer"},
		RoleRef:    rbacv1.RoleRef{APIGroup: "rbac.authorization.k8s.io", Kind: "Role", Name: "viewer"},
		Subjects:   []rbacv1.Subject{{APIGroup: "rbac.authorization.k8s.io", Kind: "User", Name: "viewer"}},
	}))
	var got outcome
	s.eventually(func() error { // the API server goes by the role a moment later
		if got = s.pullmode("status", "--as", "viewer"); got.code != 0 {
			return errNotYet(got)
		}
		return nil
	})
	holds(t, got.out, "main-0  yes    current", "requests  about 0 open", "All 6 objects are ready.",
		"Note: live figures are missing: you may not read Secret main-admin-client in namespace "+s.namespace,
		"Note: images and restarts are missing: you may not list pods")
	got = s.pullmode("status", "-A", "--as", "viewer").want(t, 2)
	holds(t, got.errOut, "you may not list routingruntimes in all namespaces", "name one with -n")
	got = s.pullmode("status", "--as", "stranger").want(t, 2)
	holds(t, got.errOut, "you may not list routingruntimes in namespace "+s.namespace, "--clusterrole=view")
	got = s.pullmode("requests", "list", "--as", "viewer").want(t, 1)
	holds(t, got.errOut, "you may not read Secret main-admin-client", "auth can-i get secret/main-admin-client")
	got = s.pullmode("diff", "../../config/samples", "--as", "viewer").want(t, 0)
	holds(t, got.out, "Nothing would change", "you may not read these Secrets, so they count as there and unchanged: c2-connector", "how many requests are open is not known")
}

// What a newcomer gets wrong is told with what to do.
func TestNewcomers(t *testing.T) {
	s := newSite(t)
	for name, tc := range map[string]struct {
		args []string
		code int
		want []string
	}{
		"nothing there":              {[]string{"status"}, 1, []string{"there is nothing of pullmode.io in namespace " + s.namespace}},
		"no runtime to back up":      {[]string{"backup"}, 1, []string{"there is no RoutingRuntime in namespace " + s.namespace, "-n"}},
		"no such context":            {[]string{"status", "--context", "nowhere"}, 2, []string{`context "nowhere" does not exist`, "kubectl config get-contexts"}},
		"a name and everything":      {[]string{"status", "main", "-A"}, 2, []string{"leave out -A"}},
		"what with requests":         {[]string{"requests", "--as", "alice", "--state", "UNREAD"}, 2, []string{"list, describe, close or transfer", "inbox"}},
		"no such verb":               {[]string{"requests", "delete"}, 2, []string{"list, describe, close or transfer"}},
		"a backup of nothing":        {[]string{"restore", "main", "nowhere.backup"}, 2, []string{"there is no file nowhere.backup"}},
		"a backup that is none":      {[]string{"restore", "main", "status_test.go"}, 1, []string{"status_test.go cannot be restored", "nothing was changed"}},
		"a restore without a name":   {[]string{"restore", "some.backup"}, 2, []string{"call it as: kubectl pullmode restore NAME FILE"}},
		"a backup into a folder":     {[]string{"backup", "-o", "testdata"}, 2, []string{"testdata is a folder"}},
		"a backup over something":    {[]string{"backup", "-o", "status_test.go"}, 2, []string{"status_test.go is there already", "--force"}},
		"a diff of a file":           {[]string{"diff", "status_test.go"}, 2, []string{"status_test.go is a file: name its folder"}},
		"a diff of a strange folder": {[]string{"diff", "testdata"}, 2, []string{"there is nothing of pullmode.io"}},
		"a transfer to nowhere":      {[]string{"requests", "transfer", "x"}, 2, []string{`required flag(s) "to" not set`}},
	} {
		t.Run(name, func(t *testing.T) {
			here := *s
			here.t = t
			holds(t, here.pullmode(tc.args...).want(t, tc.code).errOut, tc.want...)
		})
	}
	gone := *s
	gone.namespace = "no-such-namespace"
	holds(t, gone.pullmode("status").want(t, 1).errOut, "there is no namespace no-such-namespace")
}

// A namespace without an operator's look at it is not called ready.
func TestStatusWithoutARuntime(t *testing.T) {
	s := newSite(t)
	s.apply("{apiVersion: pullmode.io/v1alpha1, kind: Worklist, metadata: {name: l1}, spec: {displayName: L1}}")
	s.apply("{apiVersion: pullmode.io/v1alpha1, kind: Worklist, metadata: {name: l2}, spec: {displayName: L2}}")
	s.apply("{apiVersion: pullmode.io/v1alpha1, kind: MediaRoutingDomain, metadata: {name: chat}, spec: {displayName: Chat, maxRequests: 5, channelTypes: [WEB]}}")
	var got outcome
	s.eventually(func() error {
		if got = s.pullmode("status"); !strings.Contains(got.out, "  MediaRoutingDomain chat; Worklist l1, l2  NoRuntime") {
			return errNotYet(got)
		}
		return nil
	})
	holds(t, got.want(t, 1).out, "There is no RoutingRuntime, so nothing is served.")
	if diff := cmp.Diff(1, strings.Count(got.out, "NoRuntime")); diff != "" {
		t.Errorf("the same reason is told more than once:\n%s", got.out)
	}
}
