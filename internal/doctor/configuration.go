package doctor

import (
	"context"
	"fmt"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
)

// configuration is what of a ValidatingWebhookConfiguration matters here.
type configuration struct {
	Webhooks []entry
}

// entry is one webhook of a configuration.
type entry struct {
	Name         string
	ClientConfig struct {
		CABundle []byte
		Service  *reference
		URL      string
	}
	Rules             []struct{ Resources []string }
	FailurePolicy     string
	MatchPolicy       string
	SideEffects       string
	TimeoutSeconds    int
	NamespaceSelector *metav1.LabelSelector
	ObjectSelector    *metav1.LabelSelector
	MatchConditions   []struct{ Expression string }
}

// reference is the Service that API servers call.
type reference struct {
	Namespace, Name, Path string
	Port                  int
}

const (
	validating = "apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/"
	install    = "kubectl apply -k deploy/overlays/builtin, or helm upgrade --install; see docs/webhook.md"
	path       = "/validate"

	patient = 10 // seconds that a write may at most wait, by Kubernetes' good practices for webhooks
)

// always are entries, without their domain, that concern more than Redis: they must not depend on the webhook.
var always = []string{"unsigned", "unsigned-scale", "owned", "removals"}

// configured reads the configuration, and the Service that it names.
func (e *examination) configured(ctx context.Context) bool {
	found, known := e.get(ctx, "configuration", validating+e.Name, nil, &e.configuration)
	switch {
	case !known:
		return false
	case !found:
		e.say(Fail, "configuration", fmt.Sprintf("ValidatingWebhookConfiguration %s does not exist: nothing is sent to the webhook", e.Name), install)
		return false
	case len(e.configuration.Webhooks) == 0:
		e.say(Fail, "configuration", fmt.Sprintf("ValidatingWebhookConfiguration %s has no webhooks: nothing is sent", e.Name), install)
		return false
	}
	return true
}

// entries examines how the entries are called.
func (e *examination) entries() {
	policies := map[string]int{}
	good := true
	complain := func(level Level, message, remedy string) {
		good = false
		e.say(level, "configuration", message, remedy)
	}
	slowest := 0
	for _, w := range e.configuration.Webhooks {
		name, _, _ := strings.Cut(w.Name, ".")
		policies[w.FailurePolicy]++
		slowest = max(slowest, w.TimeoutSeconds)
		if w.FailurePolicy == "Fail" && slices.Contains(always, name) {
			complain(Fail, w.Name+" has failurePolicy Fail and concerns more than Redis: while nobody answers, Services, scaling or removals are refused",
				"set its failurePolicy to Ignore")
		}
		if len(w.MatchConditions) == 0 && name != "removals" {
			complain(Warn, w.Name+" has no matchConditions: every write of its kinds is sent, and waits", install)
		}
		if w.SideEffects != "None" && w.SideEffects != "NoneOnDryRun" {
			complain(Fail, fmt.Sprintf("%s has sideEffects %s: every dry run is refused", w.Name, w.SideEffects), "set its sideEffects to None")
		}
		if w.MatchPolicy != "Equivalent" {
			complain(Warn, fmt.Sprintf("%s has matchPolicy %s: writes by another version of the API are not sent", w.Name, w.MatchPolicy), "set its matchPolicy to Equivalent")
		}
		if s := w.ObjectSelector; s != nil && len(s.MatchLabels)+len(s.MatchExpressions) > 0 {
			complain(Warn, w.Name+" has an objectSelector: who writes an object decides by its labels whether it is judged", "remove it; the label "+modeLabel+" of a namespace opts out")
		}
	}
	if slowest > patient {
		complain(Warn, fmt.Sprintf("timeoutSeconds is %d: so long may a write wait that nobody answers", slowest), "set it to 3")
	}
	if good {
		e.okay("configuration", "%d entries, failurePolicy %s, timeout %d s", len(e.configuration.Webhooks), counts(policies), slowest)
	}
}

// closed reports whether changes are refused while nobody answers.
func (e *examination) closed() bool {
	return slices.ContainsFunc(e.configuration.Webhooks, func(w entry) bool { return w.FailurePolicy == "Fail" })
}

// counts writes "Fail" or "Fail (5), Ignore (4)".
func counts(words map[string]int) string {
	var all []string
	for word, n := range words {
		if len(words) == 1 {
			return word
		}
		all = append(all, fmt.Sprintf("%s (%d)", word, n))
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}

// modeLabel says how findings in a namespace are acted upon.
const modeLabel = "redislint.dev/mode"

var modes = []string{"deny", "warn", "audit", "off"}

// namespace is what of a Namespace matters here.
type namespace struct {
	Metadata struct {
		Name   string
		Labels map[string]string
	}
}

// selectors examines which namespaces are left out.
func (e *examination) selectors(ctx context.Context) {
	if s := e.configuration.Webhooks[0].ClientConfig.Service; s != nil {
		e.service = *s
	}
	good := true
	for _, name := range []string{e.service.Namespace, "kube-system"} {
		if name == "" {
			continue
		}
		var ns namespace
		if found, _ := e.get(ctx, "selectors", "api/v1/namespaces/"+name, nil, &ns); !found {
			good = false
			continue
		}
		if name == e.service.Namespace {
			e.own = ns
		}
		for _, w := range e.configuration.Webhooks {
			if !selected(w, ns) {
				continue
			}
			good = false
			e.say(Fail, "selectors", fmt.Sprintf("%s is called for namespace %s: nobody can mend it there while nobody answers", w.Name, name),
				fmt.Sprintf("leave %s out of its namespaceSelector, by kubernetes.io/metadata.name", name))
			break
		}
	}
	var list struct{ Items []namespace }
	if found, _ := e.get(ctx, "selectors", "api/v1/namespaces", map[string][]string{"limit": {"500"}, "labelSelector": {modeLabel}}, &list); !found {
		return
	}
	used := map[string]int{}
	for _, ns := range list.Items {
		mode := ns.Metadata.Labels[modeLabel]
		if !slices.Contains(modes, mode) {
			good = false
			e.say(Warn, "selectors", fmt.Sprintf("namespace %s has %s=%s, which means nothing: findings are denied there", ns.Metadata.Name, modeLabel, mode),
				"set it to "+strings.Join(modes, ", ")+", or remove it")
			continue
		}
		used[mode]++
	}
	switch {
	case !good:
	case len(used) == 0:
		e.okay("selectors", "all namespaces but %s and kube-system", e.service.Namespace)
	default:
		e.okay("selectors", "all namespaces but %s and kube-system; by label: %s", e.service.Namespace, each(used))
	}
}

func each(words map[string]int) string {
	var all []string
	for word, n := range words {
		all = append(all, fmt.Sprintf("%d %s", n, word))
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}

// selected reports whether an entry is called for a namespace. A selector that nobody can read selects.
func selected(w entry, ns namespace) bool {
	selector, err := metav1.LabelSelectorAsSelector(w.NamespaceSelector)
	if w.NamespaceSelector == nil || err != nil {
		return true
	}
	return selector.Matches(labels.Set(ns.Metadata.Labels))
}
