package alerts

import (
	"fmt"
	"slices"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/promql/parser"
)

var promQL = parser.NewParser(parser.Options{})

// known says which labels each series has, recorded ones among them.
type known map[string][]string

// check says what an expression names that there is not, and which labels its result has.
func (k known) check(expr string) (labels, wrong []string) {
	parsed, err := promQL.ParseExpr(expr)
	if err != nil {
		return nil, []string{err.Error()}
	}
	c := &checked{known: k}
	return c.labels(parsed), c.wrong
}

type checked struct {
	known
	wrong []string
}

func (c *checked) find(format string, args ...any) {
	c.wrong = append(c.wrong, fmt.Sprintf(format, args...))
}

// labels are those of an expression's result.
func (c *checked) labels(e parser.Expr) []string {
	switch e := e.(type) {
	case *parser.VectorSelector:
		return c.selected(e)
	case *parser.MatrixSelector:
		return c.labels(e.VectorSelector)
	case *parser.SubqueryExpr:
		return c.labels(e.Expr)
	case *parser.ParenExpr:
		return c.labels(e.Expr)
	case *parser.UnaryExpr:
		return c.labels(e.Expr)
	case *parser.AggregateExpr:
		of := c.labels(e.Expr)
		c.grouped(e.Grouping, of)
		if e.Without {
			return slices.DeleteFunc(slices.Clone(of), func(l string) bool { return slices.Contains(e.Grouping, l) })
		}
		return e.Grouping
	case *parser.BinaryExpr:
		return c.joined(e)
	case *parser.Call:
		return c.called(e)
	}
	return nil // a number or a string
}

func (c *checked) selected(e *parser.VectorSelector) []string {
	labels, ok := c.known[e.Name]
	if !ok {
		c.find("there is no metric %q", e.Name)
		return nil
	}
	for _, m := range e.LabelMatchers {
		if m.Name != model.MetricNameLabel && !slices.Contains(labels, m.Name) {
			c.find("%s has no label %q", e.Name, m.Name)
		}
	}
	return labels
}

func (c *checked) grouped(by, of []string) {
	for _, l := range by {
		if !slices.Contains(of, l) {
			c.find("grouped by %q, which nothing there has", l)
		}
	}
}

func (c *checked) joined(e *parser.BinaryExpr) []string {
	left, right := c.labels(e.LHS), c.labels(e.RHS)
	if e.VectorMatching == nil {
		return append(slices.Clone(left), right...) // one of them is a number
	}
	if e.VectorMatching.On {
		c.grouped(e.VectorMatching.MatchingLabels, left)
		c.grouped(e.VectorMatching.MatchingLabels, right)
	}
	if e.Op == parser.LOR {
		return append(slices.Clone(left), right...)
	}
	if set := e.Op == parser.LAND || e.Op == parser.LUNLESS; !set && !e.VectorMatching.On && len(e.VectorMatching.MatchingLabels) == 0 && !same(left, right) {
		c.find("the sides of %s have different labels, %v and %v: nothing matches", e.Op, left, right)
	}
	return left
}

// same says whether two sides can match: what comes of aggregations has the labels that it says.
func same(left, right []string) bool {
	l, r := slices.Sorted(slices.Values(left)), slices.Sorted(slices.Values(right))
	return slices.Equal(slices.Compact(l), slices.Compact(r))
}

func (c *checked) called(e *parser.Call) (labels []string) {
	for _, arg := range e.Args {
		labels = append(labels, c.labels(arg)...)
	}
	if e.Func.Name == "histogram_quantile" {
		if !slices.Contains(labels, "le") {
			c.find("a quantile of what has no buckets")
		}
		labels = slices.DeleteFunc(labels, func(l string) bool { return l == "le" })
	}
	return labels
}
