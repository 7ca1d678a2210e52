// Package doctor examines an installed webhook: whether API servers find it, trust it and heed it. It knows what an
// installation is made of and how to mend it; it changes nothing, and knows no rules.
package doctor

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"github.com/redislint/redislint/internal/audit"
)

// Level is how a part of the installation is.
type Level string

// The levels.
const (
	OK      Level = "ok"
	Warn    Level = "warn"    // works, and should not stay so
	Fail    Level = "fail"    // does not work
	Unknown Level = "unknown" // could not be examined
)

// Diagnosis is what is known of one part of the installation.
type Diagnosis struct {
	Level   Level
	Subject string // configuration, service, certificate …
	Message string
	Remedy  string // what to do; "" where nothing is to be done
}

// Options say what is examined.
type Options struct {
	Name  string // of the ValidatingWebhookConfiguration
	Trial string // the namespace in which a Redis is tried, which is never made
	// Version is that of redislint, "v1.2.0"; "" for one that is no release, which is compared with nothing.
	Version string
}

// examination is one run of the doctor.
type examination struct {
	server *audit.Server
	Options
	found []Diagnosis

	configuration configuration
	service       reference
	own           namespace // that of the service
	ready         int       // endpoints
	addresses     []string  // of ready endpoints, with the port
	denies        bool      // what is wrong was refused
}

// Examine returns what is known of each part, in the order in which a request meets them. The error is that of ctx.
func Examine(ctx context.Context, server *audit.Server, o Options) ([]Diagnosis, error) {
	e := examination{server: server, Options: o}
	e.kubernetes(ctx)
	if e.configured(ctx) {
		e.entries()
		e.selectors(ctx)
		if e.served(ctx) {
			e.endpoints(ctx)
		}
		e.replicas(ctx)
		e.trial(ctx)
		e.certificates(ctx)
	}
	return e.found, ctx.Err()
}

func (e *examination) say(level Level, subject, message, remedy string) {
	e.found = append(e.found, Diagnosis{level, subject, message, remedy})
}

func (e *examination) okay(subject, format string, args ...any) {
	e.say(OK, subject, fmt.Sprintf(format, args...), "")
}

// get reads an object. Why it could not is said, but for one that does not exist: then found is false and known true.
func (e *examination) get(ctx context.Context, subject, path string, query url.Values, v any) (found, known bool) {
	err := e.server.Get(ctx, path, query, v)
	switch {
	case err == nil:
		return true, true
	case audit.IsStatus(err, http.StatusNotFound):
		return false, true
	case audit.IsStatus(err, http.StatusForbidden):
		e.say(Unknown, subject, "not allowed to read "+path, "bind the role of deploy/audit/doctor.yaml to who runs this")
	default:
		e.say(Unknown, subject, fmt.Sprintf("read %s: %v", path, err), "")
	}
	return false, false
}

// oldest is the first minor version of Kubernetes 1 in which matchConditions are stable.
const oldest = 30

func (e *examination) kubernetes(ctx context.Context) {
	var version struct{ Major, Minor, GitVersion string }
	if found, _ := e.get(ctx, "kubernetes", "version", nil, &version); !found {
		return
	}
	minor := 0
	_, _ = fmt.Sscanf(version.Minor, "%d", &minor) // "30+" on some clouds
	if version.Major == "1" && minor < oldest {
		e.say(Fail, "kubernetes", fmt.Sprintf("%s ignores conditions of webhooks, so that every write is sent", version.GitVersion),
			fmt.Sprintf("the webhook needs Kubernetes 1.%d", oldest))
		return
	}
	e.okay("kubernetes", "%s", version.GitVersion)
}
