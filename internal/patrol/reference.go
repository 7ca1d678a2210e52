package patrol

import (
	"unicode/utf8"

	corev1 "k8s.io/api/core/v1"

	"github.com/redislint/redislint/internal/admission"
	"github.com/redislint/redislint/internal/rules"
)

// managedBy is the label that all objects have which are made here, and by which they are told from those of others.
const managedBy = "app.kubernetes.io/managed-by"

func labels() map[string]string { return map[string]string{managedBy: admission.DefaultName} }

// reference names the object that a finding is about.
func reference(s admission.Standing, f rules.Finding) corev1.ObjectReference {
	return corev1.ObjectReference{
		APIVersion: f.Object.APIVersion, Kind: f.Object.Kind, Namespace: f.Object.Namespace, Name: f.Object.Name, UID: s.UID(f.Object),
	}
}

// clip cuts a text to so many bytes, between characters.
func clip(text string, most int) string {
	if len(text) <= most {
		return text
	}
	const mark = "…"
	cut := most - len(mark)
	for cut > 0 && !utf8.RuneStart(text[cut]) {
		cut--
	}
	return text[:cut] + mark
}
