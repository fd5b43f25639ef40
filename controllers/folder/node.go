package folder

import (
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// node remembers on which line of the file a field stands. Not knowing it is no
// reason to fail: then the line of what is around it is given.
type node struct {
	yaml   *yaml.Node // nil where the lines are not known
	offset int        // what to add to a line of the document
	first  int        // line of what is around it
}

// parse reads the document a second time, for its lines.
func (d document) parse() *node {
	n := &node{offset: d.line - 1, first: d.line}
	var root yaml.Node
	if err := yaml.Unmarshal(d.text, &root); err == nil && len(root.Content) == 1 {
		n.yaml = root.Content[0]
	}
	return n
}

func (n *node) line() int {
	if n.yaml == nil {
		return n.first
	}
	return n.yaml.Line + n.offset
}

var step = regexp.MustCompile(`[^.\[\]]+|\[[^\]]*\]`)

// at finds the field of a path such as spec.capacity[0].maxRequests, or the
// nearest one around it that is there. The line of a field is that of its name.
func (n *node) at(path string) *node {
	here := *n
	for _, s := range step.FindAllString(path, -1) {
		next := here.child(strings.Trim(s, "[]"))
		if next == nil {
			break
		}
		here = *next
	}
	return &here
}

func (n *node) child(name string) *node {
	y := n.yaml
	if y != nil && y.Kind == yaml.AliasNode {
		y = y.Alias
	}
	if y == nil {
		return nil
	}
	switch y.Kind {
	case yaml.SequenceNode:
		if i, err := strconv.Atoi(name); err == nil && i >= 0 && i < len(y.Content) {
			return &node{yaml: y.Content[i], offset: n.offset}
		}
	case yaml.MappingNode:
		for i := 0; i+1 < len(y.Content); i += 2 {
			if y.Content[i].Value == name {
				value := *y.Content[i+1]
				value.Line = y.Content[i].Line
				return &node{yaml: &value, offset: n.offset}
			}
		}
	}
	return nil
}
