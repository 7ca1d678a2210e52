package admission

import (
	"slices"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// BreakGlassAudit returns a policy, and its binding, by which API servers themselves note what breakglass let pass of all that
// shows a sign of Redis: as a warning to whoever wrote it, and in the audit event. It rejects nothing, and needs no webhook
// that works. Its name is the configuration's with -breakglass at its end.
func BreakGlassAudit(o ConfigurationOptions) (*admissionregistrationv1.ValidatingAdmissionPolicy, *admissionregistrationv1.ValidatingAdmissionPolicyBinding) {
	o.fill()
	meta := metav1.ObjectMeta{Name: o.Name + "-breakglass", Labels: ownLabels()}
	workloads, operators, configuration, supporting := registeredKinds()
	written := written(slices.Concat(workloads, operators, configuration, supporting))
	var resources []admissionregistrationv1.NamedRuleWithOperations
	for _, rule := range append(written, scales(scalable)...) {
		resources = append(resources, admissionregistrationv1.NamedRuleWithOperations{RuleWithOperations: rule})
	}
	policy := &admissionregistrationv1.ValidatingAdmissionPolicy{
		TypeMeta:   metav1.TypeMeta{APIVersion: "admissionregistration.k8s.io/v1", Kind: "ValidatingAdmissionPolicy"},
		ObjectMeta: meta,
		Spec: admissionregistrationv1.ValidatingAdmissionPolicySpec{
			FailurePolicy: new(admissionregistrationv1.Ignore),
			MatchConstraints: &admissionregistrationv1.MatchResources{
				NamespaceSelector: namespaceSelector(o.Namespace),
				ResourceRules:     resources,
				MatchPolicy:       new(admissionregistrationv1.Equivalent),
			},
			MatchConditions: []admissionregistrationv1.MatchCondition{{Name: "breakglass", Expression: allOf(whenChanged, not(whenOwned), whenBreakGlass)}},
			Validations: []admissionregistrationv1.Validation{{
				Expression: not("(" + anyOf(whenKindSigned, whenSigned, whenWorkloadSigned, whenTextSigned) + ")"),
				Message:    "redislint did not judge this change: its author holds the verb use of breakglass.redislint.dev",
			}},
		},
	}
	binding := &admissionregistrationv1.ValidatingAdmissionPolicyBinding{
		TypeMeta:   metav1.TypeMeta{APIVersion: "admissionregistration.k8s.io/v1", Kind: "ValidatingAdmissionPolicyBinding"},
		ObjectMeta: meta,
		Spec: admissionregistrationv1.ValidatingAdmissionPolicyBindingSpec{
			PolicyName:        meta.Name,
			ValidationActions: []admissionregistrationv1.ValidationAction{admissionregistrationv1.Warn, admissionregistrationv1.Audit},
		},
	}
	return policy, binding
}
