package config

import "go.yaml.in/yaml/v3"

// Policies returns the folders of rules that a configuration names, to load those before the rest of it can be read. What
// is wrong with the text, Parse tells.
func Policies(text []byte) []string {
	if len(text) > MaxBytes {
		return nil
	}
	root, err := decode(text)
	if err != nil || root.Kind != yaml.MappingNode {
		return nil
	}
	var folders []string
	for i := 0; i+1 < len(root.Content); i += 2 {
		if root.Content[i].Value != "policies" {
			continue
		}
		named, _ := list(folder()).read(&reader{}, root.Content[i+1])
		for _, f := range named {
			folders = append(folders, f.Value)
		}
	}
	return folders
}

// folder is the path of one.
func folder() shape[string] { return text() }
