package cel_test

import (
	"strings"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// limit is a row for what the schema refuses without CEL.
type limit struct {
	// refused is a patch on the kind's minimal object, field the one that is named as wrong.
	refused, field string
	// says is a part of the message.
	says string
}

func TestLimits(t *testing.T) {
	for kind, tc := range kinds {
		t.Run(kind, func(t *testing.T) {
			namespace := newNamespace(t)
			for name, row := range tc.limits {
				t.Run(name, func(t *testing.T) {
					for _, cause := range causes(t, creating(t, namespace, tc.minimal)(row.refused)) {
						if cause.Field == row.field && strings.Contains(cause.Message, row.says) {
							return
						}
					}
					t.Errorf("%s\nwant %s refused with %q, got %v", row.refused, row.field, row.says,
						creating(t, namespace, tc.minimal)(row.refused))
				})
			}
		})
	}
}

// A misspelt field is refused where the client asks for it, as kubectl does, and never silently dropped there.
func TestUnknownFieldIsRefused(t *testing.T) {
	for kind, tc := range kinds {
		t.Run(kind, func(t *testing.T) {
			misspelt := object(t, newNamespace(t), tc.minimal, "spec: {displayNmae: Sales}")
			err := apiClient.Create(t.Context(), misspelt, client.FieldValidation("Strict"))
			if !apierrors.IsBadRequest(err) || !strings.Contains(err.Error(), `unknown field "spec.displayNmae"`) {
				t.Errorf("want it refused for its unknown field, got %v", err)
			}
		})
	}
}
