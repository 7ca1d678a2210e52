package report

import (
	"fmt"
	"strings"

	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/rules"
)

// What a report tells beside its findings, in one sentence each. The sentences hold what users wrote, as it is.

func undecidedText(u rules.Undecided) string {
	about := u.Rule
	switch {
	case about == "":
		about = u.Redis
	case u.Redis != "":
		about += " for " + u.Redis
	}
	return about + ": " + u.Reason
}

func unknownText(o *manifest.Object) string {
	return fmt.Sprintf("%s is of a kind that redislint does not know (%s)", objectName(o), o.APIVersion)
}

func unseenText(u Unseen) string {
	text := fmt.Sprintf("%s refers to %s %s, which is not in the input", u.Redis, u.Kind, u.Name)
	if len(u.Unknown) > 0 {
		text += "; unknown: " + strings.Join(u.Unknown, ", ")
	}
	return text
}

// read tells what was read, the documents that are no objects only where there is no Redis.
func (r Report) read() string {
	read, files := plural(r.Summary.Objects, "object"), plural(r.Summary.Files, "file")
	if r.Cluster != nil {
		files = r.Cluster.Name + " (" + plural(r.Cluster.Requests, "request") + ")"
	}
	if len(r.Redis) == 0 && r.Summary.Unread > 0 {
		read += " and " + plural(r.Summary.Unread, "other document")
	}
	return read + " in " + files
}

// reason is why a finding is waived, and for how long.
func reason(s rules.Suppression) string {
	if s.Until == "" {
		return s.Reason
	}
	return s.Reason + " (until " + s.Until + ")"
}

// start is a line without columns; 0 is nowhere.
func start(line int) manifest.Position { return manifest.Position{Line: line} }

// placeName is a file with line and column, as far as they are known.
func placeName(file string, at manifest.Position) string {
	switch {
	case at.Line < 1:
		return file
	case at.Column < 1:
		return fmt.Sprintf("%s:%d", file, at.Line)
	}
	return fmt.Sprintf("%s:%d:%d", file, at.Line, at.Column)
}

// place is where a finding stands: a file with line and column, an object with its field, or for what is written
// nowhere the object alone.
func (r Report) place(p rules.Place) string {
	switch file := p.File(); {
	case file == "":
		return objectName(p.Object)
	case r.Cluster != nil:
		return strings.TrimRight(file+" "+fieldPath(p.Path), " ")
	default:
		return placeName(r.file(file), p.Position)
	}
}
