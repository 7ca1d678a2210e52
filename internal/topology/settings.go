package topology

import "slices"

// Settings is what a chart's values or an operator's resource say besides the
// objects that they lead to.
type Settings struct {
	Kind    string `json:"kind"`    // chart or operator
	Name    string `json:"name"`    // of the chart, or the kind of the resource: "bitnami/redis", "RedisCluster"
	Version string `json:"version"` // of the chart; "" for an operator, whose resources do not name one

	Ignored   []IgnoredSetting `json:"ignored"`
	Invalid   []InvalidSetting `json:"invalid"`
	Presets   []Preset         `json:"presets"`
	Passwords []PlainPassword  `json:"passwords"`
}

// IgnoredSetting is a setting that the chart or the operator never reads.
type IgnoredSetting struct {
	Origin Origin `json:"-"`

	Key     string `json:"key"`     // as its owner writes it: "master.resources", "spec.resources"
	Reason  string `json:"reason"`  // why nobody reads it
	Instead string `json:"instead"` // what to set; "" when there is nothing
}

// InvalidSetting is a setting with a value that the chart refuses.
type InvalidSetting struct {
	Origin Origin `json:"-"`

	Key     string   `json:"key"`
	Value   string   `json:"value"` // as written
	Allowed []string `json:"allowed"`
	Instead string   `json:"instead"` // what the value asks for can be had this way; "" when it cannot
}

// Preset is a name that a chart makes the resources of a component of.
type Preset struct {
	Origin Origin `json:"-"`

	Key       string `json:"key"`
	Name      string `json:"name"`      // nano
	Component string `json:"component"` // replica
	Request   int64  `json:"request"`   // memory, in bytes
	Limit     int64  `json:"limit"`     // memory, in bytes
}

// PlainPassword is a password that stands in the values themselves.
type PlainPassword struct {
	Origin Origin `json:"-"`

	Key string `json:"key"`
}

// Join returns what two parts of one Redis say together, under the name of the
// first. Either may be nil.
func (s *Settings) Join(other *Settings) *Settings {
	if s == nil || other == nil {
		if s == nil {
			return other
		}
		return s
	}
	joined := *s
	joined.Ignored = slices.Concat(s.Ignored, other.Ignored)
	joined.Invalid = slices.Concat(s.Invalid, other.Invalid)
	joined.Presets = slices.Concat(s.Presets, other.Presets)
	joined.Passwords = slices.Concat(s.Passwords, other.Passwords)
	return &joined
}
