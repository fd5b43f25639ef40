package folder

import (
	"bytes"
	"errors"
	"regexp"
	"strconv"
	"strings"

	utiljson "k8s.io/apimachinery/pkg/util/json"
	"sigs.k8s.io/yaml"
)

// document is one of the documents of a file.
type document struct {
	text []byte
	line int // of the file, on which the text begins
}

// documents takes a file apart at its `---` lines. A parser that did it would stop
// at the first document that is wrong.
func documents(text []byte) []document {
	current := document{line: 1}
	var all []document
	number := 0
	for line := range bytes.Lines(text) {
		number++
		if separator.Match(line) {
			all = append(all, current)
			current = document{text: bytes.Clone(line[len("---"):]), line: number}
			continue
		}
		current.text = append(current.text, line...)
	}
	return append(all, current)
}

var separator = regexp.MustCompile(`^---(\s|$)`)

// decode gives the content as JSON would, with whole numbers as int64; nil for an
// empty document.
func (d document) decode() (any, error) {
	// As kubectl: YAML 1.1, and a key that is there twice is an error.
	raw, err := yaml.YAMLToJSONStrict(d.text)
	if err != nil {
		what := strings.NewReplacer("yaml: ", "", "unmarshal errors:\n  ", "").Replace(err.Error())
		return nil, errors.New(relative.ReplaceAllStringFunc(what, d.absolute))
	}
	var content any
	if err := utiljson.Unmarshal(raw, &content); err != nil {
		return nil, err
	}
	return content, nil
}

// relative is how the parser names a line of the document; the reader looks for it
// in the file.
var relative = regexp.MustCompile(`line (\d+)`)

func (d document) absolute(found string) string {
	return "line " + strconv.Itoa(number(found)+d.line-1)
}

func number(found string) int {
	n, _ := strconv.Atoi(relative.FindStringSubmatch(found)[1]) // digits, by the expression
	return n
}

// errorLine is the line of the file that an error of decode names; 0 if it names none.
func errorLine(err error) int {
	if found := relative.FindString(err.Error()); found != "" {
		return number(found)
	}
	return 0
}
