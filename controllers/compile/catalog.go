package compile

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
)

// catalog answers which lists a selector takes. Thousands of subscriptions share
// few selectors, so every answer is kept; and a selector that asks for a label's
// value looks only at the lists that have it.
type catalog struct {
	entries []entry
	byLabel map[[2]string][]int
	answers map[string][]string
}

type entry struct {
	name   string
	labels labels.Set
}

func newCatalog() *catalog {
	return &catalog{byLabel: map[[2]string][]int{}, answers: map[string][]string{}}
}

func (c *catalog) add(name string, set labels.Set) {
	for key, value := range set {
		c.byLabel[[2]string{key, value}] = append(c.byLabel[[2]string{key, value}], len(c.entries))
	}
	c.entries = append(c.entries, entry{name, set})
}

// find gives the names of the lists that a selector takes; not to be changed.
func (c *catalog) find(wanted *metav1.LabelSelector) ([]string, error) {
	selector, err := metav1.LabelSelectorAsSelector(wanted)
	if err != nil {
		return nil, err // whoever asks names the selector
	}
	key := selector.String()
	if names, ok := c.answers[key]; ok {
		return names, nil
	}
	var names []string
	visit := func(e entry) {
		if selector.Matches(e.labels) {
			names = append(names, e.name)
		}
	}
	if few, ok := c.fewest(wanted.MatchLabels); ok {
		for _, i := range few {
			visit(c.entries[i])
		}
	} else {
		for _, e := range c.entries {
			visit(e)
		}
	}
	c.answers[key] = names
	return names, nil
}

// fewest gives the lists that have the rarest of the labels; false when no label
// is asked for.
func (c *catalog) fewest(match map[string]string) (few []int, ok bool) {
	for key, value := range match {
		if these := c.byLabel[[2]string{key, value}]; !ok || len(these) < len(few) {
			few, ok = these, true
		}
	}
	return few, ok
}
