package topology

import "reflect"

// Waiver is a decision to live with what a rule finds. Waivers are judged by
// rules of their own, once those that judge the Redis are done: input.waivers.
type Waiver struct {
	Rule string `json:"rule"` // id as written; "" when none can be read
	// Known is true when there is such a rule, or was one before a rename.
	Known   bool   `json:"known"`
	Nearest string `json:"nearest"` // id that a misspelt one probably means, or ""
	Reason  string `json:"reason"`  // "" when none is given
	Until   string `json:"until"`   // last day as written; "" for ever
	// Expired is true when the last day is past.
	Expired bool `json:"expired"`
	// Dated is true when Until is a day, or empty.
	Dated bool `json:"dated"`
	// Forbidden is true when the configuration forbids such waivers.
	Forbidden bool `json:"forbidden"`
	// Used is true when it suppresses a finding; unknown when its rule was not
	// evaluated, or not on all that the waiver is about.
	Used Field[bool] `json:"used"`
}

// EncodeWaivers returns waivers as the plain JSON value that rules judge.
func EncodeWaivers(list []Waiver) []any {
	items := make([]any, len(list))
	for i := range list {
		items[i] = encodeStruct(reflect.ValueOf(&list[i]).Elem())
	}
	return items
}
