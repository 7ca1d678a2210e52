package trees

import (
	"embed"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"maps"
	"math/rand/v2"
	"path"
	"slices"
	"strings"
	"text/template"
)

//go:embed templates
var files embed.FS

// app is what a template knows of the application it writes.
type app struct {
	Name, Namespace, Team string
	Number                int
	Mentions              bool // name Redis in the settings of a client
}

// texts are the applications as templates, which draw their settings, good and bad, from one source of random numbers.
type texts struct {
	random       *rand.Rand
	template     *template.Template
	redis, other []string // names of templates, the frequent ones several times
}

func newTexts(random *rand.Rand) *texts {
	t := &texts{
		random: random,
		redis: repeat(map[string]int{
			"standalone.tmpl": 2, "deployment.tmpl": 1, "sentinel.tmpl": 1, "cluster.tmpl": 1,
			"bitnami-replication.tmpl": 2, "bitnami-sentinel.tmpl": 2, "bitnami-cluster.tmpl": 2,
		}),
		other: repeat(map[string]int{"web.tmpl": 5, "worker.tmpl": 2, "dashboards.tmpl": 4, "database.tmpl": 3, "crd.tmpl": 2}),
	}
	t.template = template.New("").Funcs(t.functions())
	for _, folder := range []string{"redis", "other"} {
		t.template = template.Must(t.template.ParseFS(files, path.Join("templates", folder, "*.tmpl")))
	}
	return t
}

// repeat returns each name as often as its weight says, so that a draw from the list is a weighted one.
func repeat(weights map[string]int) []string {
	var list []string
	for _, name := range slices.Sorted(maps.Keys(weights)) {
		list = append(list, slices.Repeat([]string{name}, weights[name])...)
	}
	return list
}

func (t *texts) execute(name string, data app) (string, error) {
	var text strings.Builder
	if err := t.template.ExecuteTemplate(&text, name, data); err != nil {
		return "", fmt.Errorf("write %s: %w", name, err)
	}
	return strings.TrimRight(text.String(), "\n") + "\n", nil
}

func (t *texts) functions() template.FuncMap {
	bytes := func(count int) []byte {
		made := make([]byte, count)
		for i := range made {
			made[i] = byte(t.random.Uint32())
		}
		return made
	}
	return template.FuncMap{
		"pick":    func(of ...any) any { return of[t.random.IntN(len(of))] },
		"odds":    func(oneIn int) bool { return t.random.IntN(oneIn) == 0 },
		"between": func(low, high int) int { return low + t.random.IntN(high-low+1) },
		"word":    func() string { return words[t.random.IntN(len(words))] },
		"hex":     func(digits int) string { return hex.EncodeToString(bytes(digits / 2)) },
		"base64":  func(count int) string { return base64.StdEncoding.EncodeToString(bytes(count)) },
		"manual":  t.manual,
		"include": func(name string, data any) (string, error) {
			var text strings.Builder
			err := t.template.ExecuteTemplate(&text, name, data)
			return text.String(), err
		},
		"indent": func(spaces int, text string) string {
			margin := strings.Repeat(" ", spaces)
			return strings.ReplaceAll(margin+strings.ReplaceAll(text, "\n", "\n"+margin), margin+"\n", "\n")
		},
		"dict": func(pairs ...any) map[string]any {
			made := make(map[string]any)
			for i := 0; i < len(pairs); i += 2 {
				made[pairs[i].(string)] = pairs[i+1]
			}
			return made
		},
		"merge": func(into map[string]any, key string, value any) map[string]any {
			made := maps.Clone(into)
			made[key] = value
			return made
		},
		"list":     func(of ...any) []any { return of },
		"seq":      numbers,
		"mul":      func(a, b int) int { return a * b },
		"div":      func(a, b int) int { return a / b },
		"upper":    strings.ToUpper,
		"title":    func(word string) string { return strings.ToUpper(word[:1]) + word[1:] },
		"singular": func(word string) string { return strings.TrimSuffix(word, "s") },
	}
}

// manual is that many lines of the explanations that a default redis.conf is full of.
func (t *texts) manual(lines int) string {
	var text strings.Builder
	for i := range lines {
		if i%7 == 6 {
			text.WriteString("\n")
			continue
		}
		text.WriteString("# ")
		text.WriteString(manual[t.random.IntN(len(manual))])
		text.WriteString("\n")
	}
	return strings.TrimRight(text.String(), "\n")
}

// numbers returns 0 to count-1.
func numbers(count int) []int {
	made := make([]int, count)
	for i := range made {
		made[i] = i
	}
	return made
}
