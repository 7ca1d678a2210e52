package unit

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"
)

// kustomization is the part of a kustomization file that names other files.
type kustomization struct {
	Kind                  string          `json:"kind"`
	Resources             []string        `json:"resources"`
	Bases                 []string        `json:"bases"`
	Components            []string        `json:"components"`
	CRDs                  []string        `json:"crds"`
	Configurations        []string        `json:"configurations"`
	Generators            []string        `json:"generators"`
	Transformers          []string        `json:"transformers"`
	Validators            []string        `json:"validators"`
	PatchesStrategicMerge []string        `json:"patchesStrategicMerge"`
	Patches               []kustomizeFile `json:"patches"`
	PatchesJSON6902       []kustomizeFile `json:"patchesJson6902"`
	Replacements          []kustomizeFile `json:"replacements"`
	ConfigMapGenerator    []generator     `json:"configMapGenerator"`
	SecretGenerator       []generator     `json:"secretGenerator"`
}

type kustomizeFile struct {
	Path string `json:"path"`
}

type generator struct {
	Files []string `json:"files"`
	Env   string   `json:"env"`
	Envs  []string `json:"envs"`
}

// reach is everything that kustomizations read, by cleaned path.
type reach struct {
	files   map[string]bool
	folders map[string]bool // of other kustomizations
}

// mostKustomizations bounds what one kustomization may lead to.
const mostKustomizations = 1000

// reachOf follows a kustomization to everything below it that it reads. What is not there, or not to be understood, is
// left for the build to report.
func reachOf(folder string) reach {
	r := reach{files: map[string]bool{}, folders: map[string]bool{}}
	r.follow(filepath.Clean(folder))
	return r
}

func (r *reach) follow(folder string) {
	file := kustomizationIn(folder)
	if file == "" || len(r.folders) > mostKustomizations {
		return
	}
	r.files[file] = true
	k, err := readKustomization(file)
	if err != nil {
		return
	}
	for _, name := range k.names() {
		path := filepath.Join(folder, name)
		switch {
		case name == "" || strings.ContainsAny(name, "\n:"): // a patch written in place, or a URL
		case isFile(path):
			r.files[path] = true
		case isFolder(path) && !r.folders[path]:
			r.folders[path] = true
			r.follow(path)
		}
	}
}

func readKustomization(file string) (kustomization, error) {
	var k kustomization
	data, err := os.ReadFile(file)
	if err == nil {
		err = yaml.Unmarshal(data, &k)
	}
	return k, err
}

// names returns all paths that the file names, relative to its folder.
func (k kustomization) names() []string {
	names := slices.Concat(k.Resources, k.Bases, k.Components, k.CRDs, k.Configurations, k.Generators, k.Transformers, k.Validators, k.PatchesStrategicMerge)
	for _, p := range slices.Concat(k.Patches, k.PatchesJSON6902, k.Replacements) {
		names = append(names, p.Path)
	}
	for _, g := range slices.Concat(k.ConfigMapGenerator, k.SecretGenerator) {
		names = append(names, g.Env)
		names = append(names, g.Envs...)
		for _, file := range g.Files {
			// "key=path" or a path.
			_, path, named := strings.Cut(file, "=")
			if !named {
				path = file
			}
			names = append(names, path)
		}
	}
	return names
}

// roots returns those of the kustomizations that no other one builds upon, and what each reaches.
func roots(folders []string) map[string]reach {
	all, below := map[string]reach{}, map[string]bool{}
	for _, folder := range folders {
		r := reachOf(folder)
		all[filepath.Clean(folder)] = r
		for other := range r.folders {
			below[other] = true
		}
	}
	for folder := range all {
		k, err := readKustomization(kustomizationIn(folder))
		if below[folder] || err == nil && k.Kind == "Component" {
			delete(all, folder)
		}
	}
	return all
}
