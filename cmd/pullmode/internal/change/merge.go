package change

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"testing/fstest"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/pullmode/operator/api/v1alpha1"
	"github.com/pullmode/operator/cmd/pullmode/internal/cluster"
	"github.com/pullmode/operator/controllers/compile"
	"github.com/pullmode/operator/controllers/folder"
	"github.com/pullmode/operator/controllers/schema"
	"github.com/pullmode/operator/runtime/snapshot"
)

func input(o *cluster.Objects) compile.Input {
	return compile.Input{
		Runtimes: o.Runtimes, MediaRoutingDomains: o.MediaRoutingDomains, Worklists: o.Worklists,
		Channels: o.Channels, AgentSubscriptions: o.AgentSubscriptions,
	}
}

// present is what is there, as a folder: so that the one that is applied is held to
// the rules about changes, and what is refused of it stays as it is.
func present(ctx context.Context, live Live, schemas *schema.Schemas) (*folder.Folder, error) {
	files := fstest.MapFS{}
	add := func(kind string, objects ...client.Object) error {
		for _, o := range objects {
			o.GetObjectKind().SetGroupVersionKind(v1alpha1.SchemeGroupVersion.WithKind(kind))
			text, err := json.Marshal(o)
			if err != nil {
				return err
			}
			files[fmt.Sprintf("cluster/%s/%s.json", kind, o.GetName())] = &fstest.MapFile{Data: bytes.TrimSpace(text)}
		}
		return nil
	}
	o := live.Objects
	for kind, objects := range map[string][]client.Object{
		snapshot.KindRuntime:            copies(o.Runtimes),
		snapshot.KindMediaRoutingDomain: copies(o.MediaRoutingDomains),
		snapshot.KindList:               copies(o.Worklists),
		snapshot.KindChannel:            copies(o.Channels),
		snapshot.KindSubscription:       copies(o.AgentSubscriptions),
	} {
		if err := add(kind, objects...); err != nil {
			return nil, err
		}
	}
	return folder.Read(ctx, files, folder.Options{Schemas: schemas, Namespace: live.Namespace})
}

func copies[T any, O interface {
	*T
	client.Object
}](items []T) []client.Object {
	all := make([]client.Object, len(items))
	for i := range items {
		all[i] = O(&items[i]).DeepCopyObject().(client.Object)
	}
	return all
}

// merge lays the folder's objects over those that are there.
func merge(live, wanted compile.Input, o Options) (merged compile.Input, kept []Kept) {
	merged.Runtimes = lay(snapshot.KindRuntime, live.Runtimes, wanted.Runtimes, o, &kept)
	merged.MediaRoutingDomains = lay(snapshot.KindMediaRoutingDomain, live.MediaRoutingDomains, wanted.MediaRoutingDomains, o, &kept)
	merged.Worklists = lay(snapshot.KindList, live.Worklists, wanted.Worklists, o, &kept)
	merged.Channels = lay(snapshot.KindChannel, live.Channels, wanted.Channels, o, &kept)
	merged.AgentSubscriptions = lay(snapshot.KindSubscription, live.AgentSubscriptions, wanted.AgentSubscriptions, o, &kept)
	return merged, kept
}

// lay gives what would be there of one kind: an object that is there keeps who it is
// and how old, which settles conflicts, and a new one is the youngest.
func lay[T any, O interface {
	*T
	metav1.Object
}](kind string, live, wanted []T, o Options, kept *[]Kept) []T {
	wantedBy := map[string]*T{}
	for i := range wanted {
		wantedBy[O(&wanted[i]).GetName()] = &wanted[i]
	}
	var result []T
	for i := range live {
		was := O(&live[i])
		now, ok := wantedBy[was.GetName()]
		delete(wantedBy, was.GetName())
		switch {
		case ok:
			next := *now
			n := O(&next)
			n.SetUID(was.GetUID())
			n.SetCreationTimestamp(was.GetCreationTimestamp())
			n.SetDeletionTimestamp(was.GetDeletionTimestamp())
			n.SetGeneration(was.GetGeneration())
			if !reflect.DeepEqual(specOf(&live[i]), specOf(&next)) {
				n.SetGeneration(was.GetGeneration() + 1)
			}
			result = append(result, next)
		case !o.Prune:
			*kept = append(*kept, Kept{Kind: kind, Name: was.GetName()})
			result = append(result, live[i])
		}
	}
	for _, name := range slices.Sorted(maps.Keys(wantedBy)) {
		next := *wantedBy[name]
		O(&next).SetCreationTimestamp(metav1.NewTime(o.Now))
		result = append(result, next)
	}
	return result
}

// specOf is the spec as it is encoded: two that mean the same are then equal.
func specOf[T any](o *T) any {
	text, err := json.Marshal(o)
	if err != nil {
		return nil
	}
	var object struct{ Spec any }
	_ = json.Unmarshal(text, &object) // it was encoded just now
	return object.Spec
}
