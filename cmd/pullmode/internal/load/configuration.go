package load

import (
	"bytes"
	_ "embed"
	"fmt"
	"text/template"
)

// MaxLists is how many lists a load can have: their names have three digits.
const MaxLists = 999

//go:embed config/load.yaml
var configYAML string

var configTemplate = template.Must(template.New("load").Parse(configYAML))

// listName is the name of a list, its channel and its agents' group; from 0.
func listName(n int) string { return fmt.Sprintf("load-%03d", n+1) }

// Configuration is the YAML of what a load is put on: lists, and the key with which
// their channels' connectors post.
func Configuration(lists int, key string) ([]byte, error) {
	of := struct {
		Key   string
		Lists []string
	}{Key: key}
	for n := range lists {
		of.Lists = append(of.Lists, listName(n))
	}
	var out bytes.Buffer
	if err := configTemplate.Execute(&out, of); err != nil {
		return nil, fmt.Errorf("make the load's configuration: %w", err)
	}
	return out.Bytes(), nil
}
