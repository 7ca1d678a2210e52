package admission

import (
	"slices"
	"strings"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/redislint/redislint/internal/source"
)

// Defaults of ConfigurationOptions.
const (
	DefaultName           = "redislint-webhook"
	DefaultNamespace      = "redislint-system"
	DefaultTimeoutSeconds = 3
)

// Path is where the webhook takes AdmissionReviews.
const Path = "/validate"

// ModeLabel is the label of a namespace that says how findings there are acted upon. API servers do not call the webhook for
// a namespace where it is "off".
const ModeLabel = "redislint.dev/mode"

// The names of the entries, each of them the webhook's name in API servers' messages, metrics and audit events. A request
// meets at most one.
const (
	// Workloads and resources of operators, unless a controller owns them; the ConfigMaps, Services, PersistentVolumeClaims,
	// PodDisruptionBudgets and NetworkPolicies that show a sign of Redis; and the scale of such workloads.
	WorkloadsEntry     = "workloads.redislint.dev"
	OperatorsEntry     = "operators.redislint.dev"
	ConfigurationEntry = "configuration.redislint.dev"
	SupportingEntry    = "supporting.redislint.dev"
	ScaleEntry         = "scale.redislint.dev"
	// What must never wait for the webhook, whatever the failure policy: objects that need not have anything to do with Redis,
	// what a controller writes on behalf of an owner that was judged, and removals.
	UnsignedEntry      = "unsigned.redislint.dev"
	UnsignedScaleEntry = "unsigned-scale.redislint.dev"
	OwnedEntry         = "owned.redislint.dev"
	RemovalsEntry      = "removals.redislint.dev"
)

// ConfigurationOptions are what an installation may choose. Zero values mean the defaults.
type ConfigurationOptions struct {
	// Name is that of the configuration and of the Service, which is in Namespace.
	Name, Namespace string
	// FailurePolicy is what happens to a request that the webhook leaves unanswered; "" means Ignore. Entries that concern
	// more than Redis ignore in any case.
	FailurePolicy admissionregistrationv1.FailurePolicyType
	// TimeoutSeconds is how long an API server waits for an answer, 1 to 30; 0 means DefaultTimeoutSeconds.
	TimeoutSeconds int32
}

func (o *ConfigurationOptions) fill() {
	if o.Name == "" {
		o.Name = DefaultName
	}
	if o.Namespace == "" {
		o.Namespace = DefaultNamespace
	}
	if o.FailurePolicy == "" {
		o.FailurePolicy = admissionregistrationv1.Ignore
	}
	if o.TimeoutSeconds == 0 {
		o.TimeoutSeconds = DefaultTimeoutSeconds
	}
}

// Configuration returns what registers the webhook with API servers: every kind that a source claims or that supports one, and
// of those only the changes that can matter. It needs Kubernetes 1.30. The caBundle is left to whoever owns the certificates.
func Configuration(o ConfigurationOptions) *admissionregistrationv1.ValidatingWebhookConfiguration {
	o.fill()
	c := &admissionregistrationv1.ValidatingWebhookConfiguration{
		TypeMeta:   metav1.TypeMeta{APIVersion: "admissionregistration.k8s.io/v1", Kind: "ValidatingWebhookConfiguration"},
		ObjectMeta: metav1.ObjectMeta{Name: o.Name, Labels: ownLabels()},
	}
	for _, e := range entries() {
		c.Webhooks = append(c.Webhooks, e.webhook(o))
	}
	return c
}

// entry is one webhook of the configuration.
type entry struct {
	name  string
	rules []admissionregistrationv1.RuleWithOperations
	// open entries ignore failures under any failure policy.
	open bool
	// terms are CEL expressions that are all true of a request that is sent.
	terms []string
}

// registeredKinds are the kinds by what they are to a Redis, as "group/Kind".
func registeredKinds() (workloads, operators, configuration, supporting []string) {
	for _, kind := range source.Kinds() {
		group, _, _ := strings.Cut(kind, "/")
		switch {
		case group == "extensions": // under that name only in files; clusters serve these kinds as apps
		case builtIn(group):
			workloads = append(workloads, kind)
		default:
			operators = append(operators, kind)
		}
	}
	for _, kind := range source.Supporting() {
		if kind == "/ConfigMap" {
			configuration = append(configuration, kind)
		} else {
			supporting = append(supporting, kind)
		}
	}
	return workloads, operators, configuration, supporting
}

// transient kinds are made in great numbers by other workloads. Those with an owner are never sent.
var transient = []string{"/Pod", "apps/ReplicaSet"}

// scalable are the kinds that are scaled by a request of their own.
var scalable = []string{"apps/Deployment", "apps/StatefulSet"}

func entries() []entry {
	workloads, operators, configuration, supporting := registeredKinds()
	lasting := slices.DeleteFunc(slices.Concat(workloads, operators, configuration, supporting), func(kind string) bool {
		return slices.Contains(transient, kind)
	})
	return []entry{
		{name: WorkloadsEntry, rules: written(workloads), terms: []string{whenChanged, not(whenOwned), whenWorkloadSigned, not(whenBreakGlass)}},
		{name: OperatorsEntry, rules: written(operators), terms: []string{whenChanged, not(whenOwned), not(whenBreakGlass)}},
		{name: ConfigurationEntry, rules: written(configuration), terms: []string{whenChanged, not(whenOwned), whenTextSigned, not(whenBreakGlass)}},
		{name: SupportingEntry, rules: written(supporting), terms: []string{whenChanged, not(whenOwned), whenSigned, not(whenBreakGlass)}},
		{name: ScaleEntry, rules: scales(scalable), terms: []string{whenChanged, whenSigned, not(whenBreakGlass)}},
		{name: UnsignedEntry, rules: written(supporting), open: true, terms: []string{whenChanged, not(whenOwned), not(whenSigned), not(whenBreakGlass)}},
		{name: UnsignedScaleEntry, rules: scales(scalable), open: true, terms: []string{whenChanged, not(whenSigned), not(whenBreakGlass)}},
		{name: OwnedEntry, rules: written(lasting), open: true, terms: []string{whenChanged, whenOwned, whenOwnedSigned}},
		{name: RemovalsEntry, rules: removed(slices.Concat(configuration, supporting)), open: true},
	}
}

func (e entry) webhook(o ConfigurationOptions) admissionregistrationv1.ValidatingWebhook {
	policy := o.FailurePolicy
	if e.open {
		policy = admissionregistrationv1.Ignore
	}
	w := admissionregistrationv1.ValidatingWebhook{
		Name: e.name,
		ClientConfig: admissionregistrationv1.WebhookClientConfig{
			Service: &admissionregistrationv1.ServiceReference{Namespace: o.Namespace, Name: o.Name, Path: new(Path), Port: new(int32(443))},
		},
		Rules:                   e.rules,
		FailurePolicy:           &policy,
		MatchPolicy:             new(admissionregistrationv1.Equivalent),
		NamespaceSelector:       namespaceSelector(o.Namespace),
		SideEffects:             new(admissionregistrationv1.SideEffectClassNone),
		TimeoutSeconds:          &o.TimeoutSeconds,
		AdmissionReviewVersions: []string{"v1"},
	}
	if len(e.terms) > 0 {
		// API servers evaluate every condition, but an expression only as far as it takes: hence one, the cheap terms first.
		w.MatchConditions = []admissionregistrationv1.MatchCondition{{Name: "concerns-redis", Expression: allOf(e.terms...)}}
	}
	return w
}

// namespaceSelector leaves out the webhook's own namespace, without which nobody could mend it, kube-system, and those opted out.
func namespaceSelector(namespace string) *metav1.LabelSelector {
	return &metav1.LabelSelector{MatchExpressions: []metav1.LabelSelectorRequirement{
		{Key: "kubernetes.io/metadata.name", Operator: metav1.LabelSelectorOpNotIn, Values: []string{namespace, "kube-system"}},
		{Key: ModeLabel, Operator: metav1.LabelSelectorOpNotIn, Values: []string{"off"}},
	}}
}

func ownLabels() map[string]string {
	return map[string]string{"app.kubernetes.io/name": "redislint-webhook"}
}

func written(kinds []string) []admissionregistrationv1.RuleWithOperations {
	return rulesFor(kinds, "", admissionregistrationv1.Create, admissionregistrationv1.Update)
}

func removed(kinds []string) []admissionregistrationv1.RuleWithOperations {
	return rulesFor(kinds, "", admissionregistrationv1.Delete)
}

func scales(kinds []string) []admissionregistrationv1.RuleWithOperations {
	return rulesFor(kinds, "/scale", admissionregistrationv1.Update)
}

// rulesFor returns one rule for each group of the kinds, sorted.
func rulesFor(kinds []string, subresource string, operations ...admissionregistrationv1.OperationType) []admissionregistrationv1.RuleWithOperations {
	var all []admissionregistrationv1.RuleWithOperations
	for _, kind := range slices.Sorted(slices.Values(kinds)) {
		group, name, _ := strings.Cut(kind, "/")
		resource := Resource(group, name) + subresource
		if last := len(all) - 1; last >= 0 && all[last].APIGroups[0] == group {
			all[last].Resources = append(all[last].Resources, resource)
			continue
		}
		version := "*" // an operator's own, of which sources read every one
		if builtIn(group) {
			version = "v1"
		}
		all = append(all, admissionregistrationv1.RuleWithOperations{
			Operations: operations,
			Rule: admissionregistrationv1.Rule{
				APIGroups: []string{group}, APIVersions: []string{version}, Resources: []string{resource},
				Scope: new(admissionregistrationv1.NamespacedScope),
			},
		})
	}
	return all
}

// builtIn reports whether a group is one of Kubernetes' own.
func builtIn(group string) bool {
	return !strings.Contains(group, ".") || strings.HasSuffix(group, ".k8s.io")
}

// irregular are the resources whose names do not follow from their kinds.
var irregular = map[string]string{"redis.redis.opstreelabs.in/Redis": "redis"}

// Resource returns the name under which the API serves a kind: statefulsets of StatefulSet.
func Resource(group, kind string) string {
	if name, ok := irregular[group+"/"+kind]; ok {
		return name
	}
	plural, _ := meta.UnsafeGuessKindToResource(schema.GroupVersionKind{Group: group, Kind: kind})
	return plural.Resource
}
