// Package secrets reads Secrets by name.
//
// What the operator watches of Secrets is their metadata alone, of all of them:
// no Secret is missing from that view because it lacks a label, and no value is
// held in memory that nobody asked for.
package secrets

import (
	"context"
	"sync"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// Reader reads Secrets, and asks the API server only for those that changed
// since it last read them. It is safe for concurrent use.
type Reader struct {
	metadata client.Reader
	live     client.Reader

	mu    sync.Mutex
	known map[types.NamespacedName]*corev1.Secret
}

// NewReader makes a Reader. metadata answers for PartialObjectMetadata from a
// cache, live asks the API server.
func NewReader(metadata, live client.Reader) *Reader {
	return &Reader{metadata: metadata, live: live, known: map[types.NamespacedName]*corev1.Secret{}}
}

// Get gives a Secret, not to be changed; nil when there is none. The cache is
// never believed when it says that a Secret is missing: it may be behind, and
// nothing is worse than to be told that what exists does not.
func (r *Reader) Get(ctx context.Context, key types.NamespacedName) (*corev1.Secret, error) {
	seen := Metadata()
	err := r.metadata.Get(ctx, key, seen)
	if client.IgnoreNotFound(err) != nil {
		return nil, err
	}
	if err == nil {
		if known := r.recall(key); known != nil && known.ResourceVersion == seen.ResourceVersion {
			return known, nil
		}
	}
	secret := &corev1.Secret{}
	if err := r.live.Get(ctx, key, secret); err != nil {
		if apierrors.IsNotFound(err) {
			r.Forget(key)
			return nil, nil
		}
		return nil, err
	}
	r.keep(key, secret)
	return secret, nil
}

// Metadata is an empty Secret of which only the metadata is asked for.
func Metadata() *metav1.PartialObjectMetadata {
	m := &metav1.PartialObjectMetadata{}
	m.SetGroupVersionKind(corev1.SchemeGroupVersion.WithKind("Secret"))
	return m
}

func (r *Reader) recall(key types.NamespacedName) *corev1.Secret {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.known[key]
}

func (r *Reader) keep(key types.NamespacedName, secret *corev1.Secret) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.known[key] = secret
}

// Forget drops what is held of a Secret: call it when the Secret is deleted.
func (r *Reader) Forget(key types.NamespacedName) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.known, key)
}
