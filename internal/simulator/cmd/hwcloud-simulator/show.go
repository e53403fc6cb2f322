package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
)

// object is a JSON object whose numbers are of type json.Number.
type object = map[string]any

// show is the part that matters of the output of terraform show -json, for a state or a plan.
type show struct {
	Values        *values `json:"values"`
	PlannedValues *values `json:"planned_values"`
	PriorState    struct {
		Values *values `json:"values"`
	} `json:"prior_state"`
	// Configuration is missing for a state.
	Configuration struct {
		Providers map[string]providerBlock `json:"provider_config"`
	} `json:"configuration"`
}

type values struct {
	RootModule module `json:"root_module"`
}

type module struct {
	Resources    []resource `json:"resources"`
	ChildModules []module   `json:"child_modules"`
}

type resource struct {
	Address   string `json:"address"`
	Mode      string `json:"mode"`
	Type      string `json:"type"`
	Values    object `json:"values"`
	Sensitive any    `json:"sensitive_values"`
}

type providerBlock struct {
	FullName string `json:"full_name"`
	// Expressions are the block's arguments.
	Expressions object `json:"expressions"`
}

// constant returns an argument that is a constant string, otherwise "".
func (p providerBlock) constant(name string) string {
	expression, _ := p.Expressions[name].(object)
	return text(expression, "constant_value")
}

// readShow reads the output of terraform show -json.
func readShow(r io.Reader) (show, error) {
	var s show
	decoder := json.NewDecoder(r)
	decoder.UseNumber()
	if err := decoder.Decode(&s); err != nil {
		return show{}, fmt.Errorf("the input must be the output of terraform show -json: %w", err)
	}
	return s, nil
}

// providerBlocks returns the blocks of this provider that have arguments.
func (s show) providerBlocks() []providerBlock {
	var blocks []providerBlock
	for _, block := range s.Configuration.Providers {
		if strings.HasSuffix(block.FullName, "/hwcloud/hwcloud") && len(block.Expressions) > 0 {
			blocks = append(blocks, block)
		}
	}
	return blocks
}

// dataSources returns the data sources of all modules.
func (s show) dataSources() []resource {
	var found []resource
	for _, v := range []*values{s.Values, s.PriorState.Values, s.PlannedValues} {
		if v != nil {
			found = append(found, v.RootModule.dataSources()...)
		}
	}
	return found
}

// dataSources returns the data sources of a module and its child modules.
func (m module) dataSources() []resource {
	var found []resource
	for _, r := range m.Resources {
		if r.Mode == "data" {
			found = append(found, r)
		}
	}
	for _, child := range m.ChildModules {
		found = append(found, child.dataSources()...)
	}
	return found
}

// sensitiveText takes the place of a sensitive text.
const sensitiveText = "simulated-sensitive-value"

// clean returns a value without nulls and with placeholders for sensitive values. The second value
// is true or has true in place of what is sensitive.
func clean(value, sensitive any) any {
	if sensitive == true {
		return placeholder(value)
	}
	switch value := value.(type) {
	case object:
		marks, _ := sensitive.(object)
		cleaned := object{}
		for name, member := range value {
			if member != nil {
				cleaned[name] = clean(member, marks[name])
			}
		}
		return cleaned
	case []any:
		marks, _ := sensitive.([]any)
		cleaned := make([]any, len(value))
		for i, element := range value {
			var mark any
			if i < len(marks) {
				mark = marks[i]
			}
			cleaned[i] = clean(element, mark)
		}
		return cleaned
	default:
		return value
	}
}

// placeholder replaces all texts and numbers of a value. An empty text stays empty.
func placeholder(value any) any {
	switch value := value.(type) {
	case string:
		if value == "" {
			return ""
		}
		return sensitiveText
	case json.Number:
		return json.Number("0")
	case bool:
		return false
	case object:
		replaced := object{}
		for name, member := range value {
			if member != nil {
				replaced[name] = placeholder(member)
			}
		}
		return replaced
	case []any:
		replaced := make([]any, len(value))
		for i, element := range value {
			replaced[i] = placeholder(element)
		}
		return replaced
	default:
		return value
	}
}

// text returns a member that is a string, otherwise "".
func text(o object, name string) string {
	value, _ := o[name].(string)
	return value
}

// integer returns a member that is an integer, otherwise 0.
func integer(o object, name string) int64 {
	number, _ := o[name].(json.Number)
	value, err := number.Int64()
	if err != nil {
		return 0
	}
	return value
}

// objects returns a member that is a list of objects, and reports whether it is a list.
func objects(o object, name string) ([]object, bool) {
	list, ok := o[name].([]any)
	found := []object{}
	for _, element := range list {
		if member, ok := element.(object); ok {
			found = append(found, member)
		}
	}
	return found, ok
}

// without returns an object without the named members.
func without(o object, names ...string) object {
	rest := maps.Clone(o)
	for _, name := range names {
		delete(rest, name)
	}
	return rest
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K {
	return slices.Sorted(maps.Keys(m))
}

func encode(value any) ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	err := encoder.Encode(value)
	return b.Bytes(), err
}

func writeFile(root *os.Root, name string, content []byte) error {
	if err := root.MkdirAll(path.Dir(name), 0o750); err != nil {
		return err
	}
	return root.WriteFile(name, content, 0o600)
}

// readFile decodes a file, if it exists.
func readFile(dir, name string, value any) error {
	content, err := fs.ReadFile(os.DirFS(dir), name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = json.Unmarshal(content, value)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}
