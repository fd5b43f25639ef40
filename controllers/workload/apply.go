package workload

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/pullmode/operator/api/v1alpha1"
	"github.com/pullmode/operator/controllers/notice"
)

// ForeignError says that a name which a runtime needs is taken by an object that
// is not the runtime's. That object is left alone.
type ForeignError struct{ Kind, Name, Runtime string }

func (e *ForeignError) Error() string {
	return fmt.Sprintf("%s %s exists already and does not belong to RoutingRuntime %s: remove it, or give the RoutingRuntime another name",
		e.Kind, e.Name, e.Runtime)
}

// apply brings one child to its wanted form, if it does not have it already.
func (r *Reconciler) apply(ctx context.Context, rt *v1alpha1.RoutingRuntime, child runtime.ApplyConfiguration) error {
	wanted, err := wantedForm(child)
	if err != nil {
		return err
	}
	live, err := r.live(ctx, wanted)
	if err != nil {
		return fmt.Errorf("read %s %s: %w", wanted.GetKind(), wanted.GetName(), err)
	}
	same, err := settled(rt, wanted, live)
	if err != nil {
		return err
	}
	overruled, news := r.rivals.overrule(rt, wanted, live, r.Now())
	if news {
		ctrl.LoggerFrom(ctx).Info("another operator applies it otherwise, and this one lets it", "kind", wanted.GetKind(), "name", wanted.GetName())
		notice.OtherOperator(r.Events, rt)
	}
	if overruled {
		return errOverruled
	}
	if same {
		return nil
	}
	return r.write(ctx, wanted)
}

// applySecret brings a Secret to its wanted form over what was read of it, nil
// where there was none. What it holds is random: one that was made since, by
// another operator or by this one before its cache caught up, is as good, and
// pods may have it already. The error tells then that it was overtaken.
func (r *Reconciler) applySecret(ctx context.Context, rt *v1alpha1.RoutingRuntime, child runtime.ApplyConfiguration, read *corev1.Secret) error {
	wanted, err := wantedForm(child)
	if err != nil {
		return err
	}
	if read == nil {
		if err := r.Create(ctx, wanted, client.FieldOwner(FieldManager)); err != nil {
			return &RefusalError{wanted.GetKind(), wanted.GetName(), err}
		}
		return nil
	}
	if same, err := settled(rt, wanted, read); same || err != nil {
		return err
	}
	wanted.SetResourceVersion(read.ResourceVersion)
	return r.write(ctx, wanted)
}

// overtaken tells that a Secret was not what had been read of it any more.
func overtaken(err error) bool { return apierrors.IsConflict(err) || apierrors.IsAlreadyExists(err) }

// write applies by force: the fields are ours.
func (r *Reconciler) write(ctx context.Context, wanted *unstructured.Unstructured) error {
	err := r.Apply(ctx, client.ApplyConfigurationFromUnstructured(wanted), client.FieldOwner(FieldManager), client.ForceOwnership)
	if err != nil {
		return &RefusalError{wanted.GetKind(), wanted.GetName(), err}
	}
	return nil
}

// settled tells whether the live object, if there is one, has what is wanted. It
// is an error when it is somebody else's.
func settled(rt *v1alpha1.RoutingRuntime, wanted *unstructured.Unstructured, live client.Object) (bool, error) {
	switch {
	case live == nil:
		return false, nil
	case foreign(rt, live):
		return false, &ForeignError{wanted.GetKind(), wanted.GetName(), rt.Name}
	default:
		return unchanged(wanted, live)
	}
}

// wantedForm is the child as it is sent, with its digest.
func wantedForm(child runtime.ApplyConfiguration) (*unstructured.Unstructured, error) {
	content, err := toFields(child)
	if err != nil {
		return nil, err
	}
	sum, err := digest(content)
	if err != nil {
		return nil, err
	}
	wanted := &unstructured.Unstructured{Object: content}
	annotations := wanted.GetAnnotations()
	if annotations == nil {
		annotations = map[string]string{}
	}
	annotations[appliedAnnotation] = sum
	wanted.SetAnnotations(annotations)
	return wanted, nil
}

// unchanged tells whether the live object has what is wanted. A typed object
// does not carry its apiVersion and kind, so these are not compared.
func unchanged(wanted *unstructured.Unstructured, live client.Object) (bool, error) {
	present, err := toFields(live)
	if err != nil {
		return false, err
	}
	for key, value := range wanted.Object {
		if key != "apiVersion" && key != "kind" && !covers(value, present[key]) {
			return false, nil
		}
	}
	return true, nil
}

// foreign tells whether an object belongs to somebody else. One without a
// controller that carries our labels was left behind by a RoutingRuntime that
// was deleted without its children, and is taken over.
func foreign(rt *v1alpha1.RoutingRuntime, live client.Object) bool {
	if controller := metav1.GetControllerOf(live); controller != nil {
		return controller.UID != rt.UID
	}
	return !carries(live, labels(rt))
}

func carries(live client.Object, labels map[string]string) bool {
	for key, value := range labels {
		if live.GetLabels()[key] != value {
			return false
		}
	}
	return true
}

// live reads the object that has the wanted one's name; nil when there is none.
// The caches hold only what carries our label, so before anything is created the
// API server is asked: nothing of somebody else's may be taken over.
func (r *Reconciler) live(ctx context.Context, wanted *unstructured.Unstructured) (client.Object, error) {
	key := client.ObjectKeyFromObject(wanted)
	for _, reader := range []client.Reader{r.Client, r.Live} {
		empty, err := r.Scheme().New(wanted.GroupVersionKind())
		if err != nil {
			return nil, err
		}
		object := empty.(client.Object)
		if err := reader.Get(ctx, key, object); err == nil || !apierrors.IsNotFound(err) {
			return object, err
		}
	}
	return nil, nil
}
