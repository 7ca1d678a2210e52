package doctor

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/redislint/redislint/internal/audit"
)

// bad has no memory limit, which is an error whatever else is in the namespace; good has nothing that is one.
const (
	bad = `{"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "redis-redislint-doctor"},
"spec": {"serviceName": "redis-redislint-doctor", "selector": {"matchLabels": {"app": "redis-redislint-doctor"}},
"template": {"metadata": {"labels": {"app": "redis-redislint-doctor"}}, "spec": {"containers": [
{"name": "redis", "image": "redis:7.2.5", "args": ["redis-server", "--maxmemory", "768mb"]}]}}}}`

	good = `{"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "redis-redislint-doctor"},
"spec": {"serviceName": "redis-redislint-doctor", "selector": {"matchLabels": {"app": "redis-redislint-doctor"}},
"template": {"metadata": {"labels": {"app": "redis-redislint-doctor"}, "annotations": {"redislint.dev/profile": "cache"}}, "spec": {"containers": [
{"name": "redis", "image": "redis:7.2.5", "args": ["redis-server", "--maxmemory", "700mb", "--maxmemory-policy", "allkeys-lru", "--save", "", "--appendonly", "no", "--requirepass", "$(REDIS_PASSWORD)"],
"env": [{"name": "REDIS_PASSWORD", "valueFrom": {"secretKeyRef": {"name": "redis-redislint-doctor", "key": "password"}}}],
"resources": {"requests": {"memory": "1Gi"}, "limits": {"memory": "1Gi"}}}]}}}}`
)

// trial asks what would come of a bad and of a good Redis.
func (e *examination) trial(ctx context.Context) {
	var ns namespace
	if found, known := e.get(ctx, "trial", "api/v1/namespaces/"+e.Trial, nil, &ns); !found {
		if known {
			e.say(Unknown, "trial", fmt.Sprintf("namespace %s does not exist", e.Trial), "name another with -n")
		}
		return
	}
	mode := ns.Metadata.Labels[modeLabel]
	if e.Trial == e.service.Namespace || e.Trial == "kube-system" || mode == "off" {
		e.say(Unknown, "trial", fmt.Sprintf("nothing is judged in namespace %s, so that nothing can be tried there", e.Trial), "name another with -n")
		return
	}
	statefulSets := "apis/apps/v1/namespaces/" + e.Trial + "/statefulsets"
	warnings, err := e.server.DryRun(ctx, statefulSets, bad)
	e.bad(mode, warnings, err)
	if !e.denies {
		return // who refuses nothing does not refuse what is good either
	}
	switch _, err := e.server.DryRun(ctx, statefulSets, good); {
	case err == nil:
		e.okay("trial", "a good Redis was admitted in %s", e.Trial)
	case denied(err):
		e.say(Warn, "trial", "a good Redis was refused: "+err.Error(), "the configuration may ask for more than the rules do by themselves")
	default:
		e.say(Unknown, "trial", "a good Redis could not be tried: "+err.Error(), "")
	}
}

// bad says what came of a bad Redis.
func (e *examination) bad(mode string, warnings []string, err error) {
	switch {
	case denied(err):
		e.denies = true
		e.okay("trial", "a Redis without a memory limit was refused in %s, by dry run", e.Trial)
	case err != nil && strings.Contains(err.Error(), "failed calling webhook"):
		e.say(Fail, "trial", err.Error(), remedyOf(err))
	case audit.IsStatus(err, http.StatusForbidden):
		e.say(Unknown, "trial", "not allowed to create StatefulSets in "+e.Trial+", not even by dry run", "bind the role of deploy/audit/doctor.yaml to who runs this, or name another namespace with -n")
	case err != nil:
		e.say(Unknown, "trial", "a Redis could not be tried: "+err.Error(), "")
	case len(warnings) > 0 && mode == "warn":
		e.denies = true
		e.okay("trial", "a Redis without a memory limit was warned of in %s, which has %s=warn", e.Trial, modeLabel)
	case mode == "audit":
		e.say(Unknown, "trial", fmt.Sprintf("namespace %s has %s=audit: what was found is in the audit log alone", e.Trial, modeLabel), "name another with -n")
	case len(warnings) > 0:
		e.say(Warn, "trial", fmt.Sprintf("a Redis without a memory limit was admitted in %s, with a warning", e.Trial), "see the configuration of memory-resources-missing")
	default:
		e.say(Fail, "trial", fmt.Sprintf("a Redis without a memory limit was admitted in %s: nobody answered, or the rule is switched off", e.Trial), remedyOf(nil))
	}
}

// denied reports whether the webhook refused.
func denied(err error) bool {
	status, ok := errors.AsType[*audit.StatusError](err)
	return ok && strings.Contains(status.Message, "admission webhook ") && strings.Contains(status.Message, ".redislint.dev\" denied the request")
}

// remedyOf names what is to be done when an API server does not get an answer.
func remedyOf(err error) string {
	switch text := fmt.Sprint(err); {
	case strings.Contains(text, "x509"):
		return "the certificate and the caBundle have to belong together; see Certificates in docs/webhook.md"
	case strings.Contains(text, "no endpoints"), strings.Contains(text, "not found"):
		return "start the webhook; see endpoints above"
	case strings.Contains(text, "deadline"), strings.Contains(text, "imeout"):
		return "API servers have to reach the Pods' port 9443: NetworkPolicies, firewall rules of private clusters"
	default:
		return "look for what fails above, and into kubectl logs of the webhook; docs/emergency.md"
	}
}
