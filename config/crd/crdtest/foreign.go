// Package crdtest tells tests which part of a schema is ours to answer for.
package crdtest

import (
	"reflect"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/runtime"

	"github.com/pullmode/operator/api/v1alpha1"
)

// Foreign returns the paths of a kind's schema where a struct of Kubernetes' own begins, such as .spec.resources. Bounds
// and descriptions below them are not ours to set, and are explained elsewhere; the API server's limit on the size of a
// request bounds them. Items of an array are named [], values of a map {}.
func Foreign(t *testing.T, kind string) map[string]bool {
	t.Helper()
	scheme := runtime.NewScheme()
	if err := v1alpha1.AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	object, err := scheme.New(v1alpha1.GroupVersion.WithKind(kind))
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	find("", reflect.TypeOf(object), found)
	return found
}

func find(path string, of reflect.Type, found map[string]bool) {
	switch of.Kind() {
	case reflect.Pointer:
		find(path, of.Elem(), found)
	case reflect.Slice:
		find(path+"[]", of.Elem(), found)
	case reflect.Map:
		find(path+"{}", of.Elem(), found)
	case reflect.Struct:
		if strings.HasPrefix(of.PkgPath(), "k8s.io/") {
			found[path] = true
			return
		}
		for i := range of.NumField() {
			field := of.Field(i)
			name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
			switch {
			case name != "":
				find(path+"."+name, field.Type, found)
			case options != "inline" || !strings.HasPrefix(field.Type.PkgPath(), "k8s.io/"):
				find(path, field.Type, found)
			default: // apiVersion and kind
				for j := range field.Type.NumField() {
					inner, _, _ := strings.Cut(field.Type.Field(j).Tag.Get("json"), ",")
					found[path+"."+inner] = true
				}
			}
		}
	}
}
