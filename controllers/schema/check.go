package schema

import (
	"context"
	"slices"

	structural "k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel/model"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/listtype"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/objectmeta"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	metavalidation "k8s.io/apimachinery/pkg/api/validation"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/validation/field"
	celconfig "k8s.io/apiserver/pkg/apis/cel"
	"k8s.io/apiserver/pkg/cel/common"
)

// Default does to an object what the API server does on a write, before it
// validates: status is not the writer's and is dropped, null becomes absent, and
// absent becomes the default. Unknown fields stay, for Validate to report. An
// object of a kind that is not known is left alone.
func (s *Schemas) Default(obj *unstructured.Unstructured) {
	k := s.kinds[obj.GroupVersionKind()]
	if k == nil {
		return
	}
	delete(obj.Object, "status")
	defaulting.PruneNonNullableNullsWithoutDefaults(obj.Object, k.structural)
	defaulting.Default(obj.Object, k.structural)
}

// Validate says everything that the API server would refuse of an object that has
// its defaults: unknown fields (as strict field validation does), its metadata,
// its schema, its lists and its CEL rules. old is the object as it was before, for
// the rules about changes; nil for a new one. It changes neither.
func (s *Schemas) Validate(ctx context.Context, obj, old *unstructured.Unstructured) field.ErrorList {
	k := s.kinds[obj.GroupVersionKind()]
	if k == nil {
		return field.ErrorList{field.Invalid(field.NewPath("kind"), obj.GetKind(), "there is no such kind in "+obj.GetAPIVersion())}
	}
	obj = obj.DeepCopy()
	errs := k.unknownFields(obj)
	errs = append(errs, k.metadata(obj)...)

	var ruleOptions []cel.Option
	var before any // nil of its own, not a nil map, or CEL takes a creation for an update
	if old == nil {
		errs = append(errs, validation.ValidateCustomResource(nil, obj.Object, k.openAPI)...)
		errs = append(errs, listtype.ValidateListSetsAndMaps(nil, k.structural, obj.Object)...)
	} else {
		// What was wrong before and has not been touched is let through, as the API server does.
		unchanged := common.NewCorrelatedObject(obj.Object, old.Object, &model.Structural{Structural: k.structural})
		ruleOptions = append(ruleOptions, cel.WithRatcheting(unchanged))
		before = old.Object
		errs = append(errs, validation.ValidateCustomResourceUpdate(nil, obj.Object, old.Object, k.openAPI, validation.WithRatcheting(unchanged))...)
		if len(listtype.ValidateListSetsAndMaps(nil, k.structural, old.Object)) == 0 {
			errs = append(errs, listtype.ValidateListSetsAndMaps(nil, k.structural, obj.Object)...)
		}
	}
	errs = append(errs, objectmeta.Validate(ctx, nil, obj.Object, k.structural, false)...)
	if k.rules == nil {
		return errs
	}
	if slices.ContainsFunc(errs, hidesRules) {
		return append(errs, field.Invalid(nil, field.OmitValueType{}, "some rules were not checked because of the other errors: correct those first"))
	}
	broken, _ := k.rules.Validate(ctx, nil, k.structural, obj.Object, before, celconfig.RuntimeCELCostBudget, ruleOptions...)
	return append(errs, broken...)
}

// hidesRules tells of an error after which a rule may meet a value that it is not
// made for.
func hidesRules(err *field.Error) bool {
	switch err.Type {
	case field.ErrorTypeNotSupported, field.ErrorTypeRequired, field.ErrorTypeTooLong, field.ErrorTypeTooMany, field.ErrorTypeTypeInvalid:
		return true
	}
	return false
}

// unknownFields reports and removes what the schema does not have.
func (k *kind) unknownFields(obj *unstructured.Unstructured) field.ErrorList {
	_, _, unknown, err := objectmeta.GetObjectMetaWithOptions(obj.Object, objectmeta.ObjectMetaOptions{ReturnUnknownFieldPaths: true})
	var errs field.ErrorList
	if err != nil {
		errs = append(errs, field.TypeInvalid(field.NewPath("metadata"), field.OmitValueType{}, err.Error()))
	}
	unknown = append(unknown, pruning.PruneWithOptions(obj.Object, k.structural, true, structural.UnknownFieldPathOptions{TrackUnknownFieldPaths: true})...)
	for _, path := range unknown {
		errs = append(errs, &field.Error{Type: field.ErrorTypeForbidden, Field: path, Detail: "unknown field: correct its name or its place, or remove it"})
	}
	return errs
}

func (k *kind) metadata(obj *unstructured.Unstructured) field.ErrorList {
	meta, found, err := objectmeta.GetObjectMeta(obj.Object, false)
	if err != nil {
		return nil // reported as unreadable already
	}
	if !found {
		return field.ErrorList{field.Required(field.NewPath("metadata"), "every object has a name")}
	}
	return metavalidation.ValidateObjectMeta(meta, k.namespaced, metavalidation.NameIsDNSSubdomain, field.NewPath("metadata"))
}
