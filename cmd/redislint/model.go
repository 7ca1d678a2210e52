package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/redislint/redislint/internal/topology"
)

const modelHelp = `Model prints what rules see of every Redis in some files, as JSON.

"model" is what a rule has as input, beside its parameters in input.params. What is not in
it is unknown: a rule that reads it is silent. "unknown" lists that, down to the first
part that is missing, and "unseen" the objects that would tell. "absent" lists what was
looked for and is not there: in the model, that is {"present": false}.

With --origins, every part that a rule can point at ("at": "/nodes/0/memory/limit") stands
beside the place where a finding there is shown: file, line and column, and the path in
the object, even where nothing is written there yet.`

// shownModel is one Redis as redislint model prints it.
type shownModel struct {
	Redis   string                 `json:"redis"`
	Model   map[string]any         `json:"model"`
	Absent  []string               `json:"absent"`
	Unknown []string               `json:"unknown"`
	Unseen  []shownUnseen          `json:"unseen"`
	Origins map[string]shownOrigin `json:"origins,omitempty"`
}

type shownUnseen struct {
	Kind    string   `json:"kind"`
	Name    string   `json:"name"`
	Unknown []string `json:"unknown"`
}

type shownOrigin struct {
	File   string `json:"file"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
	Object string `json:"object"`
	Path   string `json:"path"`
}

func newModel() *cobra.Command {
	inputs := newInputs()
	origins := false
	cmd := &cobra.Command{
		Use:   "model [PATH|-]...",
		Short: "Print the model that rules see, for those who write them",
		Long:  modelHelp,
		RunE: func(cmd *cobra.Command, paths []string) error {
			judged, err := inputs.judge(cmd, paths, nil)
			if err != nil {
				return err
			}
			shown := []shownModel{}
			for _, redis := range judged.result.Redis {
				shown = append(shown, showModel(redis, origins))
			}
			encoder := json.NewEncoder(cmd.OutOrStdout())
			encoder.SetEscapeHTML(false)
			encoder.SetIndent("", "  ")
			if err := encoder.Encode(struct {
				Version int          `json:"version"`
				Redis   []shownModel `json:"redis"`
			}{1, shown}); err != nil {
				return written(err)
			}
			var unread []error
			for _, e := range judged.result.Errors {
				unread = append(unread, fmt.Errorf("%s:%d: %s", e.File, e.Line, e.Message))
			}
			if len(unread) > 0 {
				return &exit{exitFailure, errors.Join(unread...)}
			}
			return nil
		},
	}
	cmd.Flags().SortFlags = false
	cmd.Flags().BoolVar(&origins, "origins", false, "say where each part is written")
	inputs.register(cmd)
	return cmd
}

func showModel(redis *topology.Redis, origins bool) shownModel {
	shown := shownModel{
		Redis: reportRedis(redis).FullName(), Model: redis.Encode(),
		Absent: []string{}, Unknown: []string{}, Unseen: []shownUnseen{},
	}
	for _, u := range redis.Unseen {
		shown.Unseen = append(shown.Unseen, shownUnseen{u.Kind, u.Name, u.Unknown})
	}
	for _, part := range redis.Parts() {
		switch above := path.Dir(part.Pointer); {
		case absent(shown.Model, part.Pointer):
			shown.Absent = append(shown.Absent, part.Pointer)
		case !part.Known && !absent(shown.Model, above):
			shown.Unknown = append(shown.Unknown, part.Pointer)
		}
		object := part.Origin.Object
		if !origins || object == nil {
			continue
		}
		if shown.Origins == nil {
			shown.Origins = map[string]shownOrigin{}
		}
		position := part.Origin.Position()
		shown.Origins[part.Pointer] = shownOrigin{
			File: object.File, Line: position.Line, Column: position.Column,
			Object: object.Kind + " " + object.Name, Path: part.Origin.Path.Pointer(),
		}
	}
	return shown
}

// absent reports whether a model says at a pointer, of plain names and numbers, that something is not there.
func absent(model any, pointer string) bool {
	for name := range strings.SplitSeq(strings.Trim(pointer, "/"), "/") {
		switch value := model.(type) {
		case map[string]any:
			model = value[name]
		case []any:
			i, err := strconv.Atoi(name)
			if err != nil || i >= len(value) {
				return false
			}
			model = value[i]
		default:
			return false
		}
	}
	object, _ := model.(map[string]any)
	present, said := object["present"].(bool)
	return said && !present
}
