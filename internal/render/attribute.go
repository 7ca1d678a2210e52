package render

import (
	"context"
	"slices"
	"strings"

	"github.com/redislint/redislint/internal/manifest"
)

// Target is a field of a rendered document.
type Target struct {
	Template   string // of the document
	Kind, Name string // of its object
	// Path leads to the field. It may be missing: the key that would set it is then looked for.
	Path manifest.Path
	// Text is the part of the field's text that is meant: a line of a redis.conf. "" is all of it.
	Text string
}

// Answer is the key of the top chart's values that makes a field. Its Key is "" when none was found.
type Answer struct {
	Key  string   // as helm's --set spells it: "replica.resources.requests.memory", "replica.env[0].value"
	Keys []string // the same in parts; an item of a list is its index in decimal
	// File and Position are where the key is set. With Default they are those of the nearest key that is, in what the user
	// can change: the values given, then the chart's own when it is a folder.
	File     string
	Position manifest.Position
	// Flag is the --set flag that sets the key; there is no File then.
	Flag string
	// Default is true when nobody set the key: its value is that of a chart in the chart, of an archive, or of a template.
	Default bool
}

// Attribute says which key of the values makes each target. It re-renders the documents of the targets with other
// values: a key makes a field when the field takes the value that the key was given. Nothing is said about a field that
// no such experiment explains. The error is that of ctx, or of a child that died.
func (s *Session) Attribute(ctx context.Context, targets []Target) ([]Answer, error) {
	answers := make([]Answer, len(targets))
	if len(targets) == 0 {
		return answers, nil
	}
	answer, err := s.ask(ctx, request{Attribute: targets})
	if err != nil {
		return nil, err
	}
	copy(answers, answer.Answers)
	return answers, nil
}

// Experiments are bounded, for one request and for one question.
const (
	maxExperiments = 80
	maxBisections  = 16
)

// attribution answers one request.
type attribution struct {
	release     *release
	questions   []*question
	keys        []key
	experiments int
}

// question is a Target and what is known of it.
type question struct {
	Target
	scope []string // keys of the chart that the template is part of
	value any      // of the field; nil when it is missing
	text  string   // of the field
	part  string   // of the text, that is meant

	answer *experiment // that the field has shown
}

// attribute answers a request for each target.
func (r *release) attribute(targets []Target) []Answer {
	a := &attribution{release: r, keys: r.keys()}
	objects := parse(r.base.documents, targets)
	answers := make([]Answer, len(targets))
	places := map[*question]int{}
	for i, t := range targets {
		if objects.object(t) == nil {
			continue
		}
		q := &question{Target: t, scope: scopeOf(t.Template), value: objects.field(t), part: t.Text}
		places[q] = i
		if q.text = textOf(q.value); q.part == "" {
			q.part = q.text
		}
		a.questions = append(a.questions, q)
	}
	// Each guess is wilder than the one before.
	a.try(a.byValue)
	a.try(a.byName)
	a.try(a.byGlobal)
	for _, q := range a.questions {
		if q.answer == nil {
			a.bisect(q)
		}
	}
	for q, i := range places {
		if q.answer != nil {
			answers[i] = r.locate(q.answer.keys, q.answer.part)
		}
	}
	return answers
}

// scopeOf returns the keys of the values of the chart that a template is part of.
func scopeOf(template string) []string {
	folder, _, _ := strings.Cut(template, "/templates/")
	return strings.Split(folder, "/charts/")[1:]
}

// sees reports whether the templates of the question's chart can see a key.
func (q *question) sees(keys []string) bool {
	return keys[0] == globalKey || len(keys) > len(q.scope) && slices.Equal(keys[:len(q.scope)], q.scope)
}

// try makes the experiments of one kind for every question that is open: all at once, then those of each question for
// what could not be rendered so, then halves of them.
func (a *attribution) try(guess func(*question) []key) {
	guesses := map[*question][]key{}
	var open []*question
	for _, q := range a.questions {
		if q.answer == nil {
			if guesses[q] = guess(q); guesses[q] != nil {
				open = append(open, q)
			}
		}
	}
	if len(open) == 0 || a.run(open, guesses) {
		return
	}
	for _, q := range open {
		if q.answer == nil {
			a.narrow(q, guesses[q])
		}
	}
}

// narrow tries the keys of one question, by halves as long as the field cannot be rendered with them.
func (a *attribution) narrow(q *question, keys []key) {
	if a.run([]*question{q}, map[*question][]key{q: keys}) || len(keys) == 1 {
		return
	}
	half := len(keys) / 2
	a.narrow(q, keys[:half])
	if q.answer == nil {
		a.narrow(q, keys[half:])
	}
}

// run changes all keys together and answers the questions that it can. It reports false when the chart cannot be rendered
// so, or when a field is gone that was there.
func (a *attribution) run(open []*question, guesses map[*question][]key) bool {
	var l laboratory
	experiments := map[*question][]experiment{}
	for _, q := range open {
		for _, k := range guesses[q] {
			experiments[q] = append(experiments[q], l.experiment(k))
		}
	}
	objects, ok := a.render(l.made, open)
	if !ok {
		return false
	}
	kept := true
	for _, q := range open {
		value := objects.field(q.Target)
		if q.answer = q.shown(textOf(value), experiments[q]); q.answer == nil && q.value != nil && value == nil {
			kept = false
		}
	}
	return a.confirm(open) && kept
}

// confirm repeats the experiments that answered questions, with other values and without those that did not: a field may
// have taken the value of a key by chance. It takes back answers that do not hold, and reports whether all do.
func (a *attribution) confirm(open []*question) bool {
	l := laboratory{step: 11}
	again := map[*question]experiment{}
	for _, q := range open {
		if q.answer != nil {
			again[q] = l.experiment(q.answer.key)
		}
	}
	if len(again) == 0 {
		return true
	}
	objects, ok := a.render(l.made, open)
	held := true
	for q, e := range again {
		if !ok || q.shows(textOf(objects.field(q.Target)), &e) == 0 {
			q.answer, held = nil, false
		}
	}
	return held
}

// render renders the documents of questions with experiments.
func (a *attribution) render(experiments []experiment, open []*question) (parsed, bool) {
	if a.experiments++; a.experiments > maxExperiments {
		return nil, false
	}
	targets := make([]Target, len(open))
	templates := map[string]bool{}
	for i, q := range open {
		targets[i] = q.Target
		templates[q.Template] = true
	}
	given := a.release.changed(changeOf(experiments))
	made, err := a.release.render(given, func(template string) bool { return templates[template] })
	if err != nil {
		return nil, false
	}
	return parse(made.documents, targets), true
}

// shown returns the experiment that the field shows most surely in its new text, nil when it shows none.
func (q *question) shown(text string, experiments []experiment) *experiment {
	var best *experiment
	surest := 0
	for i := range experiments {
		e := &experiments[i]
		sure := q.shows(text, e)
		if sure > surest || sure > 0 && sure == surest && len(e.was) > len(best.was) {
			best, surest = e, sure
		}
	}
	return best
}

// shows says how surely a field has taken the value of an experiment; 0 when it has not.
func (q *question) shows(text string, e *experiment) int {
	switch {
	case e.part != "":
		if strings.Contains(text, e.text) {
			return 3
		}
	case text == e.text:
		return 4
	case e.was != "" && q.part != "" && strings.Contains(text, strings.Replace(q.part, e.was, e.text, 1)) && strings.Contains(q.part, e.was):
		return 2
	case count(text, e.text) > count(q.text, e.text):
		return 1
	}
	return 0
}

// bisect looks for the number that a field is computed of: all numbers and quantities change together, then halves of
// those with which the field changes.
func (a *attribution) bisect(q *question) {
	if q.text == "" {
		return
	}
	var l laboratory
	for _, k := range a.numbers(q) {
		l.experiment(k)
	}
	suspects := l.made
	changes := func(experiments []experiment) bool {
		objects, ok := a.render(experiments, []*question{q})
		text := textOf(objects.field(q.Target))
		return ok && text != "" && !strings.Contains(text, q.part)
	}
	if len(suspects) == 0 || !changes(suspects) {
		return
	}
	for range maxBisections {
		if len(suspects) == 1 {
			if changes(suspects) {
				q.answer = &suspects[0]
			}
			return
		}
		half := len(suspects) / 2
		if changes(suspects[:half]) {
			suspects = suspects[:half]
		} else {
			suspects = suspects[half:]
		}
	}
}
